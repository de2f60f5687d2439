"""School lists of any size, with numbers and addresses nobody has."""


def big_list(rows: int, *, start: int = 0) -> bytes:
    """A CSV of `rows` pupils, each with one parent who has a mobile number and an email of their own."""
    lines = ["STT;Họ tên HS;Lớp;SĐT mẹ;Email"]
    lines += [
        f"{n};Học Sinh {n};{6 + n % 4}A{1 + n % 5};09{10_000_000 + start + n:08d};parent{start + n}@example.com"
        for n in range(rows)
    ]
    return "\n".join(lines).encode("utf-8-sig")


def numbers(rows: int, *, start: int = 0) -> set[str]:
    return {f"+849{10_000_000 + start + n:08d}" for n in range(rows)}


def emails(rows: int, *, start: int = 0) -> set[str]:
    return {f"parent{start + n}@example.com" for n in range(rows)}
