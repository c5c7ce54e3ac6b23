"""The REST API: the vendor's public wire format, one thin router a noun."""
