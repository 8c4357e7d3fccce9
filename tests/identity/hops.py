"""What a person does in the browser: follow, fill in, send."""

import re

from api.door.options import Door

URL = "http://127.0.0.1:8920"
"""Where the service is, for the browser and the provider."""
UNBOUNDED = Door(rate=0, public_rate=0)
"""Tests ask more than a client may."""


async def callback(browser, name, way="/login/gov"):
    """Log in at oidc-provider's own pages; where they send the browser back to."""
    response = await browser.get(way)
    for _ in range(12):
        if response.is_redirect:
            target = response.url.join(response.headers["location"])
            if str(target).startswith(f"{URL}/auth/"):
                return target
            response = await browser.get(target)
        else:
            form = re.search(r'<form[^>]*action="([^"]+)"', response.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', response.text)
            assert form, response.text
            fields = {"prompt": prompt[1], "login": name, "password": "any"}
            response = await browser.post(response.url.join(form[1]), data=fields)
    raise AssertionError("the login does not end")


async def log_in(browser, name):
    """Log in, and the answer of the service to that."""
    return await browser.get(await callback(browser, name))


async def ask(browser, query="{ __typename }", **headers):
    headers = {"origin": str(browser.base_url).rstrip("/"), "accept": "application/json"} | headers
    headers = {name: value for name, value in headers.items() if value is not None}
    return await browser.post("/graphql", json={"query": query}, headers=headers)


def session(browser):
    """The session cookies that a browser has, by name."""
    return {cookie.name: cookie.value for cookie in browser.cookies.jar if cookie.name.startswith("yuanliu-session")}


async def events(database, action):
    return await database.run(
        "MATCH (e:Event {action: $action}) RETURN e.actor AS actor, e.targets AS targets, e.payload AS payload ORDER BY e.at",
        action=action,
    )
