"""What a part of a text costs, by country: to look at and to change."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.setup import places
from reminders.domain.setup.prices import Price, prices, save_prices
from reminders.views.shared.pages import StaffRequest, go, say, staff_form


class PricesForm(forms.Form):
    """An amount and a currency for each country; both or neither."""

    def __init__(self, *args: Any, countries: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.countries = countries
        for country in countries:
            self.fields[f"{country}_price"] = forms.DecimalField(
                label="Price of a part", required=False, min_value=0, max_digits=8, decimal_places=5
            )
            self.fields[f"{country}_currency"] = forms.CharField(
                label="Currency", required=False, max_length=3
            )

    def clean(self) -> dict[str, Any]:
        """A price without a currency says nothing, and a currency must be one."""
        given = super().clean() or {}
        for country in self.countries:
            currency = (given.get(f"{country}_currency") or "").upper()
            given[f"{country}_currency"] = currency
            price = given.get(f"{country}_price")
            if price is not None and not re.fullmatch("[A-Z]{3}", currency):
                self.add_error(f"{country}_currency", "Three letters, such as EUR.")
            if price is None and currency and f"{country}_price" not in self.errors:
                self.add_error(f"{country}_price", "Write the price, or clear the currency.")
        return given

    @property
    def wanted(self) -> dict[str, Price | None]:
        """What is to hold, by country."""
        given = self.cleaned_data
        return {
            country: Price(given[f"{country}_price"], given[f"{country}_currency"])
            if given[f"{country}_price"] is not None
            else None
            for country in self.countries
        }

    def rows(self) -> list[dict[str, Any]]:
        """The fields by country, in the order of the page."""
        names = dict(places.countries())
        return [
            {
                "country": names.get(country, country),
                "price": self[f"{country}_price"],
                "currency": self[f"{country}_currency"],
            }
            for country in self.countries
        ]


@staff_form
def show(request: StaffRequest) -> HttpResponse:
    """The prices of all countries with a location."""
    found = prices()
    initial: dict[str, Any] = {}
    for country, price in found.items():
        if price:
            initial[f"{country}_price"] = f"{price.amount.normalize():f}"
            initial[f"{country}_currency"] = price.currency
    form = PricesForm(request.POST or None, countries=list(found), initial=initial)
    if request.method == "POST" and form.is_valid():
        count = save_prices(form.wanted, by=request.scope.actor, now=timezone.now())
        say(
            request, "Saved. All figures go by it from now on." if count else "Nothing was changed."
        )
        return go(request, reverse("statistics_prices"))
    return render(
        request, "statistics/prices.html", {"form": form}, status=422 if form.errors else 200
    )
