"""Webhooks: addresses that get a signed request when something happens, by the Standard Webhooks specification."""
