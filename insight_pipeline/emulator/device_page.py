"""The page on which the user enters a device code and signs in or declines.

Belongs here: `/device`. Does not: what the decision means (login.py).
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse

from insight_pipeline.emulator import html
from insight_pipeline.emulator.page_words import WORDS, language
from insight_pipeline.emulator.world import World


async def device_page(world: World, request: Request) -> HTMLResponse:
    """Ask for the code, or take the decision."""
    chosen = language(request)
    words = WORDS[chosen]
    said, user_code = "", request.query_params.get("user_code", "")
    if request.method == "POST":
        sent = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        user_code, is_approved = sent.get("user_code", ""), sent.get("do") == "approve"
        with world.lock:
            is_known = world.login.decide(user_code, world.now(), is_approved=is_approved)
        outcome = "approved" if is_approved else "declined"
        said = f'<p role="status">{words[outcome if is_known else "unknown_code"]}</p>'
    body = (
        f"<header><h1>{words['device_title']}</h1></header><section>{said}"
        f"<p>{words['device_intro']}</p>"
        + html.form(
            f"/device?lang={chosen}",
            f"<label>{words['code']}"
            f'<input name="user_code" autocomplete="off" autofocus value="{html.text(user_code)}">'
            "</label>",
            html.button("approve", words["approve"]),
            html.button("decline", words["decline"]),
        )
        + f'</section><p><a href="/?lang={chosen}">{words["back"]}</a></p>'
    )
    return html.framed(words["device_title"], chosen, body)
