#!/usr/bin/env python3
"""Buys two tickets: buy.py CONCERT NAME, with the password in ONSALE_PASSWORD."""

import asyncio
import os
import sys

import onsale

VALID, ADMITTED, ACTIVE, PAID, PENDING = 1, 2, 3, 1, 3


async def main(concert_name, user_name):
    async with onsale.Client(
            queue=os.environ.get("ONSALE_QUEUE"), concert=os.environ.get("ONSALE_CONCERT"),
            wallet=os.environ.get("ONSALE_WALLET"), ca=os.environ.get("ONSALE_CA")) as client:
        reply = await client.wallet.SignIn(name=user_name, password=os.environ["ONSALE_PASSWORD"])
        client.credential = reply.session.credential

        concert = (await client.concert.ListConcerts(name=concert_name)).concerts[0]
        date = (await client.concert.ListSchedules(concert_id=concert.concert_id)).schedules[0]
        room_id = date.settings.room_id
        place_pass = b""
        if room_id:
            place = (await client.queue.Join(room_id=room_id)).place
            if place.state not in (ADMITTED, ACTIVE):
                async for item in client.queue.WatchPlace(room_id=room_id, place_id=place.place_id):
                    print(item.place.people_ahead, "people are ahead of you")
                    if item.place.state == ADMITTED:
                        break
            place_pass = getattr(await client.queue.Renew(room_id=room_id, place_id=place.place_id), "pass")

        reservation = (await client.concert.ReserveSeats(**{
            "concert_id": concert.concert_id, "schedule_id": date.schedule_id, "pass": place_pass,
            "best": {"count": 2, "grade": "A"}})).reservation
        payment_id = onsale.new_id()  # Store it before you pay: a retry with the same id never pays twice.
        outcome = PENDING
        while outcome == PENDING:
            outcome = (await client.wallet.Pay(
                payment_id=payment_id, concert_id=concert.concert_id, reservation_id=reservation.reservation_id,
                amount=reservation.amount, currency=reservation.currency)).payment.outcome
        if outcome != PAID:
            sys.exit("not paid")
        for ticket in (await client.concert.ListTickets(concert_id=concert.concert_id)).tickets:
            if ticket.state == VALID:
                print("ticket", ticket.seat)


try:
    asyncio.run(main(*sys.argv[1:]))
except onsale.Failure as failure:
    sys.exit(f"refused: {failure}")
