# Managed by wod: who a request comes from is what the Hub's proxy says (the last address in X-Forwarded-For), never what a
# client claims. The proxy passes X-Real-Ip on as it came, and tornado prefers it: with it a guesser escapes a ban, or has
# others banned.
from tornado.httpserver import _HTTPRequestContext

_apply_xheaders = _HTTPRequestContext._apply_xheaders


def _apply_without_real_ip(self, headers):
    headers.pop("X-Real-Ip", None)
    _apply_xheaders(self, headers)


_HTTPRequestContext._apply_xheaders = _apply_without_real_ip
