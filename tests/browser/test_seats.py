"""The half circle: what its seats promise, tried in the module that the screens use."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.panel import Panel
from tests.support.browser import Screens

pytestmark = pytest.mark.browser

ROOMS = [1, 2, 3, 5, 12, 40, 85, 131, 240, 333, 500]

Seats = Any


@pytest.fixture
def page(screens: Screens, panel: Panel) -> Page:
    page = screens.projector(panel.projector_link)
    entry = page.locator("script[type=module]").first.get_attribute("src") or ""
    folder = re.sub(r"[^/]+$", "", entry)
    page.evaluate(
        """async (folder) => {
            window.seats = await import(`${folder}seats.js`);
            window.paint = await import(`${folder}paint.js`);
        }""",
        folder,
    )
    return page


def test_there_is_a_seat_for_each_person_and_no_two_touch(page: Page) -> None:
    closest = page.evaluate(
        """(rooms) => rooms.map((room) => {
            const { seats: places, radius } = seats.layOut(room);
            let closest = Infinity;
            for (let i = 0; i < places.length; i += 1)
                for (let j = 0; j < i; j += 1)
                    closest = Math.min(closest,
                        Math.hypot(places[i].x - places[j].x, places[i].y - places[j].y));
            return { count: places.length, gap: closest - 2 * radius };
        })""",
        ROOMS,
    )
    assert [found["count"] for found in closest] == ROOMS
    assert all(found["gap"] is None or found["gap"] > 0 for found in closest)


def test_a_full_room_has_no_gaps(page: Page) -> None:
    owners = page.evaluate("() => seats.assignSeats(85, [24, 19, 31, 11])")
    assert owners == [0] * 24 + [1] * 19 + [2] * 31 + [3] * 11


def test_blocks_keep_the_order_of_the_options_and_free_seats_lie_between_them(page: Page) -> None:
    owners = page.evaluate("() => seats.assignSeats(85, [14, 9, 27, 11])")
    taken = [owner for owner in owners if owner >= 0]
    assert taken == sorted(taken)
    assert [taken.count(option) for option in range(4)] == [14, 9, 27, 11]
    assert owners[0] == 0
    assert owners[-1] == 3
    gaps = [len(gap) for gap in re.findall("f+", "".join("f" if o < 0 else "t" for o in owners))]
    assert gaps == [8, 8, 8]


def test_one_more_vote_changes_at_most_one_seat_of_each_block(page: Page) -> None:
    worst = page.evaluate(
        """() => {
            let worst = 0;
            let state = 12345;
            const random = (most) => (state = (state * 1103515245 + 12345) % 2147483648) % most;
            for (let tries = 0; tries < 400; tries += 1) {
                const counts = Array.from({ length: 2 + random(6) }, () => random(12));
                const total = counts.reduce((a, b) => a + b, 0) + 1 + random(30);
                const before = seats.assignSeats(total, counts);
                const more = counts.slice();
                more[random(counts.length)] += 1;
                const after = seats.assignSeats(total, more);
                const left = counts.map(() => 0);
                const come = counts.map(() => 0);
                for (let seat = 0; seat < total; seat += 1) {
                    if (before[seat] === after[seat]) continue;
                    if (before[seat] >= 0) left[before[seat]] += 1;
                    if (after[seat] >= 0) come[after[seat]] += 1;
                }
                worst = Math.max(worst, ...left, ...come);
            }
            return worst;
        }"""
    )
    assert worst == 1


def test_while_the_result_is_hidden_one_more_vote_takes_one_more_seat(page: Page) -> None:
    changed = page.evaluate(
        """() => Array.from({ length: 84 }, (_, taken) => {
            const before = seats.scatterSeats(85, taken);
            const after = seats.scatterSeats(85, taken + 1);
            return [
                before.filter((is, seat) => is !== after[seat]).length,
                before.filter(Boolean).length,
            ];
        })"""
    )
    assert changed == [[1, taken] for taken in range(84)]


def test_any_option_with_a_vote_keeps_a_seat(page: Page) -> None:
    found = page.evaluate(
        """() => [[1, 4999, 0], [3, 2, 9000], [1, 1, 1], [7, 100000, 1]].map((counts) => {
            const people = counts.reduce((a, b) => a + b, 0);
            const perSeat = seats.votesPerSeat(people, 500);
            return seats.seatsOf(counts, perSeat).map((seat) => seat > 0);
        })"""
    )
    assert found == [[True, True, False], [True, True, True], [True, True, True], [True] * 3]


def test_a_large_room_says_how_many_votes_a_seat_stands_for(page: Page) -> None:
    found = page.evaluate(
        "() => [85, 500, 501, 1000, 1001, 2500, 6200, 40000].map((n) => seats.votesPerSeat(n, 500))"
    )
    assert found == [1, 1, 2, 2, 5, 5, 20, 100]


def test_the_picture_depends_on_the_counts_alone_and_keeps_its_nodes(page: Page) -> None:
    page.evaluate(
        """() => {
            window.draw = (svg, counts, room) => {
                svg.dataset.counts = counts;
                svg.dataset.room = room;
                paint.drawHemicycle(svg);
                return [...svg.querySelectorAll("path")].map((node) => node.getAttribute("class")
                    + node.getAttribute("transform") + node.getAttribute("d"));
            };
            window.make = () => {
                const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
                document.body.append(svg);
                return svg;
            };
        }"""
    )
    same, kept = page.evaluate(
        """() => {
            const walked = make();
            for (const [counts, room] of [["0,0,0", 20], ["3,2,9", 31], ["5,1,0", 12]])
                draw(walked, counts, room);
            const node = walked.querySelector("path");
            const after = draw(walked, "14,9,27", 85);
            const fresh = draw(make(), "14,9,27", 85);
            return [JSON.stringify(after) === JSON.stringify(fresh),
                    node === walked.querySelector("path")];
        }"""
    )
    assert same
    assert kept


@pytest.mark.alone
def test_a_frame_of_240_seats_is_painted_within_a_few_milliseconds(page: Page) -> None:
    median = page.evaluate(
        """() => {
            const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
            svg.dataset.room = "240";
            document.body.append(svg);
            const times = [];
            for (let step = 0; step < 80; step += 1) {
                svg.dataset.counts = [30 + (step % 9), 40, 50 + (step % 5), 20].join();
                const start = performance.now();
                paint.drawHemicycle(svg);
                times.push(performance.now() - start);
            }
            return times.sort((a, b) => a - b)[40];
        }"""
    )
    assert median < 8
