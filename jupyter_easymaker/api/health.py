"""Whether the backend is there: the only routes without authentication, beside the OpenAPI document."""

from __future__ import annotations

from fastapi import APIRouter

from .. import __version__

router = APIRouter(tags=["health"])


@router.get("/health")
def health() -> dict[str, str]:
    """Answer when the backend is ready."""
    return {"status": "ok", "version": __version__}


@router.get("/nhn-api-gateway")
def gateway() -> dict[str, str]:
    """Answer the vendor's SDK, which knocks here before it begins."""
    return {"status": "ok"}
