#!/usr/bin/env bash
# Guess: two widely used libraries, one writing .xlsb and one reading it, agree on what stands in a row.
# What happens: SheetJS writes every cell behind the first of a row as a "short" record (BrtShortSt: no column of its own),
#   which Excel reads; python-calamine knows only the long ones and gives the first cell of each row alone, without an error.
# Versions: xlsx 0.18.5 (npm), python-calamine 0.9.1, Python 3.11, Node 18 or later.
# Why it matters: a school's list loses every name, class and number and looks like a column of counts. Loa makes the records long before the
#   library sees them (contact_registry/spreadsheets/apart/archives.py, tests/contact_registry/test_strangers_lists.py).
# Seen (2026-11-30): SheetJS reads its file as: [["STT","Lop","SDT"],["1","6A1","0912345678"]]
#   python-calamine: [['STT'], ['1']]
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
npm install --silent --no-audit --no-fund xlsx@0.18.5 >/dev/null
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check python-calamine==0.9.1
node - <<'JS'
const xlsx = require("xlsx");
const sheet = xlsx.utils.aoa_to_sheet([["STT", "Lop", "SDT"], ["1", "6A1", "0912345678"]]);
const book = xlsx.utils.book_new();
xlsx.utils.book_append_sheet(book, sheet, "6A1");
xlsx.writeFile(book, "list.xlsb");
const read = xlsx.readFile("list.xlsb").Sheets["6A1"];
console.log("SheetJS reads its file as:", JSON.stringify(xlsx.utils.sheet_to_json(read, { header: 1 })));
JS
venv/bin/python - <<'PY'
import sys

from python_calamine import CalamineWorkbook

read = CalamineWorkbook.from_path("list.xlsb").get_sheet_by_index(0).to_python(skip_empty_area=False)
print("python-calamine:", read)
sys.exit(read != [["STT"], ["1"]])
PY
