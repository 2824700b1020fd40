"""Doors that only those who signed in may open; `{live}` is the id of a published piece."""

READS = (
    "/session", "/settings", "/users", "/keys", "/audit", "/objectives", "/campaigns", "/pieces",
    "/tags", "/authors", "/redirects", "/ctas", "/adapters", "/channels", "/deliveries", "/site",
    "/pieces/{live}", "/pieces/{live}/revisions", "/pieces/{live}/transitions", "/pieces/{live}/ctas",
    "/pieces/{live}/deliveries", "/pieces/{live}/outcomes", "/stats/data-quality",
)  # fmt: skip
