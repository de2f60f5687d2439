"""Whoever pastes far too much is told so on a page, not in JSON."""

from tests.factories.web import Site


async def test_a_text_too_long_to_be_read_is_answered_with_a_page(site: Site) -> None:
    for text in ("x" * 5_000, "x" * 100_000):
        answer = await site.client.post("/", data={"tin": text}, headers={"Accept": "text/html"})
        assert answer.status_code == 413
        assert answer.headers["content-type"].startswith("text/html")
        assert "dài quá" in answer.text
