"""An HTTP client for MSAL that sends the requests for one authority to an emulator, and no others."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import msal
import requests

from insight_pipeline.emulator import Emulator

AUTHORITY_HOST = "login.microsoftonline.com"
CLIENT_ID = "11111111-2222-3333-4444-555555555555"
SCOPES = [
    "https://analysis.windows.net/powerbi/api/Dataset.ReadWrite.All",
    "https://analysis.windows.net/powerbi/api/Workspace.Read.All",
]


class LocalLogin(requests.Session):
    """MSAL insists on https; this leads its requests to plain http on loopback."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.trust_env = False
        self._url = url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        asked = urlsplit(url)
        assert (asked.scheme, asked.netloc) == ("https", AUTHORITY_HOST), url
        local = self._url + asked.path + (f"?{asked.query}" if asked.query else "")
        return super().request(method, local, *args, **{**kwargs, "allow_redirects": False})


def application(
    emulator: Emulator, cache: msal.TokenCache | None = None, client_id: str = CLIENT_ID
) -> Any:
    """MSAL's own public client, led to the emulator."""
    return msal.PublicClientApplication(
        client_id,
        authority=f"https://{AUTHORITY_HOST}/organizations",
        instance_discovery=False,
        http_client=LocalLogin(emulator.url),
        token_cache=cache or msal.TokenCache(),
    )


def sign_in(emulator: Emulator, app: Any) -> dict[str, Any]:
    """A whole device code login; the tokens as MSAL returns them."""
    flow = app.initiate_device_flow(SCOPES)
    emulator.approve(flow["user_code"])
    tokens: dict[str, Any] = app.acquire_token_by_device_flow(flow)
    assert "access_token" in tokens, tokens
    return tokens


def renew(app: Any) -> dict[str, Any]:
    """What MSAL gets when it must renew, its answers from memory left aside."""
    (account,) = app.get_accounts()
    result: dict[str, Any] = app.acquire_token_silent_with_error(
        SCOPES, account, force_refresh=True
    )
    return result
