"""Federal Register: `/api/v1/documents.json` by pages with `next_page_url`."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

from .exchange import Request, Response, json_answer, not_found
from .world import Party, World

MOST = 2000


def answer(world: World, request: Request) -> Response:
    """Answer as `https://www.federalregister.gov` does: newest first; dates and agencies as conditions."""
    if request.path != "/api/v1/documents.json":
        return not_found()
    query = request.query
    found = [_document(party) for party in world.parties]
    found = [row for row in found if str(row["publication_date"]) <= request.now.date().isoformat()]
    since = query.get("conditions[publication_date][gte]", "")
    until = query.get("conditions[publication_date][lte]", "9999")
    found = [row for row in found if since <= str(row["publication_date"]) <= until]
    found.sort(key=lambda row: (str(row["publication_date"]), str(row["document_number"])), reverse=True)
    if query.get("order") == "oldest":
        found.reverse()
    found = found[: int(MOST * request.share)]
    size = int(query.get("per_page", world.federal_register_page))
    if not 1 <= size <= 1000:
        return json_answer({"errors": {"per_page": "must be between 1 and 1000"}}, 400)
    page = int(query.get("page", 1))
    pages = -(-len(found) // size)
    content: dict[str, object] = {"count": len(found), "description": "Documents", "total_pages": pages}
    if page < pages:
        kept = [(name, text) for name, text in parse_qsl(request.query_text) if name != "page"]
        content["next_page_url"] = (
            f"{request.served_by}{request.path}?{urlencode([*kept, ('page', str(page + 1))])}"
        )
    fields = [text for name, text in parse_qsl(request.query_text) if name == "fields[]"]
    rows = found[(page - 1) * size : page * size]
    content["results"] = [{key: row.get(key) for key in fields} for row in rows] if fields else rows
    return json_answer(content)


def _document(party: Party) -> dict[str, object]:
    """The rule that lists a made-up firm, published two days before it takes effect."""
    published = party.listed - timedelta(days=2)
    number = f"{published.year}-{10_000 + party.number}"
    return {
        "title": f"Additions to the Entity List: {party.name}",
        "type": "Rule",
        "abstract": "Made-up document of a stand-in.",
        "document_number": number,
        "html_url": f"https://www.federalregister.gov/d/{number}",
        "publication_date": published.isoformat(),
        "effective_on": party.listed.isoformat(),
        "citation": f"{published.year - 1935} FR {1000 + party.number}",
        "agencies": [{"raw_name": "DEPARTMENT OF COMMERCE", "slug": "industry-and-security-bureau"}],
    }
