"""Microsoft's clouds: where one logs in, for which scope, and where the API answers.

The table is fixed, so that tokens go to no other host; only the settings `api_url` and `login_url` put
an address in its place. How requests are made is not said here.
"""

from __future__ import annotations

from dataclasses import dataclass

from insight_pipeline.model.settings import PowerBI


@dataclass(frozen=True)
class Cloud:
    """One of Microsoft's clouds."""

    name: str
    authority: str
    """Host of the login."""
    scope: str
    """What stands before the name of a permission."""
    api_host: str


@dataclass(frozen=True)
class Addresses:
    """Where login and uploads go."""

    api_url: str
    login_url: str | None
    """Where requests to the authority are sent instead; None: to the authority itself."""
    authority: str
    scope: str


CLOUDS: dict[str, Cloud] = {
    cloud.name: cloud
    for cloud in (
        Cloud(
            "public",
            "login.microsoftonline.com",
            "https://analysis.windows.net/powerbi/api",
            "api.powerbi.com",
        ),
        Cloud(
            "gcc",
            "login.microsoftonline.com",
            "https://analysis.usgovcloudapi.net/powerbi/api",
            "api.powerbigov.us",
        ),
        Cloud(
            "gcc_high",
            "login.microsoftonline.us",
            "https://high.analysis.usgovcloudapi.net/powerbi/api",
            "api.high.powerbigov.us",
        ),
        Cloud(
            "dod",
            "login.microsoftonline.us",
            "https://mil.analysis.usgovcloudapi.net/powerbi/api",
            "api.mil.powerbigov.us",
        ),
        Cloud(
            "china",
            "login.partner.microsoftonline.cn",
            "https://analysis.chinacloudapi.cn/powerbi/api",
            "api.powerbi.cn",
        ),
    )
}


def service_addresses(settings: PowerBI) -> Addresses:
    """Addresses of the settings' cloud; one that is closed has been refused with the settings."""
    cloud = CLOUDS[settings.cloud]
    return Addresses(
        api_url=(settings.api_url or f"https://{cloud.api_host}").rstrip("/"),
        login_url=settings.login_url.rstrip("/") or None,
        authority=cloud.authority,
        scope=cloud.scope,
    )
