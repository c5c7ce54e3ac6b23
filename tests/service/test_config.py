"""What the settings say together."""

from __future__ import annotations

from jupyter_easymaker.service.config import ServiceConfig


def test_variables_of_all_storages_secrets_are_known() -> None:
    config = ServiceConfig()
    config.obs = {
        "swift": {"authUrl": "http://swift/auth", "authVersion": 1, "user": "u", "key": {"env": "SWIFT_KEY"}},
        "other": {"authUrl": "http://swift/auth", "authVersion": 1, "user": "u", "key": {"file": "/key"}},
    }
    config.schemes = {"s3": {"key": "AKI", "secret": {"env": "S3_SECRET"}, "buckets": ["b"]}}
    config.project_storage = {"theirs": {"schemes": {"s3": {"secret": {"env": "THEIR_SECRET"}}}}}
    assert config.secret_variables() == {"SWIFT_KEY", "S3_SECRET", "THEIR_SECRET"}
