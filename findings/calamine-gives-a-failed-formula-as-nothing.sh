#!/usr/bin/env bash
# Guess: a spreadsheet reader gives an error cell (#N/A, #REF!) as the text or error that one sees, and blank cells as blank.
# What happens: python-calamine 0.9.1 gives an error cell of an .xlsx as an empty string, exactly like a cell that holds an empty text: a
#   column of look-ups that all failed reads as a column that nobody filled in.
# Versions: python-calamine 0.9.1, openpyxl 3.1.5 (which writes the file and reads the errors back), Python 3.11.
# Why it matters: a parent's number that is #N/A is not "no number": somebody must be told to put it right. Loa looks for error cells
#   itself (contact_registry/spreadsheets/apart/xlsx_marks.py and xls_marks.py, tests/contact_registry/test_other_programs_files.py).
# Seen (2026-11-30): openpyxl: [('An', '#N/A'), ('Bình', '#REF!'), ('Chi', None)]
#   python-calamine: [['An', ''], ['Bình', ''], ['Chi', '']]
set -euo pipefail

here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check python-calamine==0.9.1 openpyxl==3.1.5
cd "$here"
"$here/venv/bin/python" - <<'PY'
import sys

import openpyxl
from python_calamine import CalamineWorkbook

book = openpyxl.Workbook()
for name, number in (("An", "#N/A"), ("Bình", "#REF!"), ("Chi", None)):
    book.active.append([name, number])
assert book.active["B1"].data_type == "e"
book.save("list.xlsx")

seen = list(openpyxl.load_workbook("list.xlsx").active.values)
read = CalamineWorkbook.from_path("list.xlsx").get_sheet_by_index(0).to_python()
print("openpyxl:", seen)
print("python-calamine:", read)
sys.exit(read != [["An", ""], ["Bình", ""], ["Chi", ""]])
PY
