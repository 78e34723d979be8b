"""Names, logos and addresses that participants see."""

from __future__ import annotations

from wod.settings.declare import Section, setting
from wod.settings.types import Text


class Branding(Section):
    """Branding

    Put into notebooks, mails and the portal.
    """

    BRANDING: Text = setting("WoD Developer", "The name of the community or company.", example="Example Developers")
    BRANDINGWOD: Text = setting(
        "WoD Developer",
        "The name of the workshop programme, as it opens the mails.",
        example="Example Workshops",
    )
    BRANDINGLOGO: Text = setting(
        "![HPEDEVlogo](Pictures/hpe-dev-logo.png)",
        "The logo in notebooks, as Markdown.",
        example="![logo](Pictures/my-logo.png)",
    )
    BRANDINGLOGOURL: Text = setting(
        "![WoDlogo](img/logo.png)",
        "The logo in the portal and in mails, as Markdown.",
        example="![logo](img/logo.png)",
    )
    BRANDINGURL: Text = setting("https://wod.io", "The home page behind the logo.", example="https://example.org")
    BRANDINGSLACK: Text = setting("", "The community's chat, if any.", example="https://example.slack.com")
    BRANDINGX: Text = setting("", "The community's account on X, if any.", example="https://x.com/example")


class Surveys(Section):
    """Surveys

    Where conclusion notebooks and the last mail ask for feedback. TBD means that there is none yet.
    """

    SURVEYURL: Text = setting("TBD", "The survey after a workshop.", example="https://example.org/survey")
    SURVEYCHALURL: Text = setting(
        "TBD", "The survey after a challenge.", example="https://example.org/challenge-survey"
    )
