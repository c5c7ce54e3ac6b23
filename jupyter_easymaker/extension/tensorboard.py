"""TensorBoard's pages through Jupyter: a browser opens them that has Jupyter's cookie and nothing else of ours."""

from __future__ import annotations

from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from ..client.upstream import is_plain
from .proxy import ProxyHandler

TENSORBOARD = r"easymaker/api/(v1\.0/appkeys/[^/]+/tensorboards/[^/]+/.*)"


class TensorboardHandler(ProxyHandler):
    """One request of a TensorBoard page, whose addresses are all relative to its own."""

    request_headers = (
        *ProxyHandler.request_headers,
        *("Accept-Encoding", "If-Modified-Since", "If-None-Match", "Range"),
        *("X-TensorBoard-Feature-Flags", "X-XSRF-Protected"),
    )
    answer_headers = (*ProxyHandler.answer_headers, "Content-Range", "Content-Security-Policy", "ETag", "Expires")

    def get_login_url(self) -> str:
        """Return Jupyter's sign-in for a page a person opened; refuse anything else, as API handlers do."""
        if "text/html" in self.request.headers.get("Accept", ""):
            return JupyterHandler.get_login_url(self)
        return super().get_login_url()

    def check_xsrf_cookie(self) -> None:
        """Take the browser's word for where a request comes from.

        TensorBoard's page does not know Jupyter's XSRF token. What it posts are questions too long for an address:
        they change nothing, and other pages cannot read the answers.
        """
        if not hasattr(self, "_jupyter_current_user") or self.token_authenticated:
            return
        same = self.request.headers.get("Sec-Fetch-Site") == "same-origin" or self.check_referer()
        if not same or not self.check_origin():
            raise web.HTTPError(403, "TensorBoard answers its own page only.")

    def is_plain(self, path: str) -> bool:
        return is_plain(path.removesuffix("/"))

    def take_over(self, name: str, value: str) -> None:
        if name == "Content-Security-Policy":
            value = f"{value};frame-ancestors 'self'"  # what TensorBoard's page needs, and Jupyter's rule besides
        super().take_over(name, value)
