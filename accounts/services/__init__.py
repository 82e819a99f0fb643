"""Use cases of people: accounts, sign-in, second factors, links."""
