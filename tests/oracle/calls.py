"""Rules R 9 to R 11: queue visits, agent contacts and the call, from the legs of one call.

Each function takes all legs of one call in order of leg_seq and looks at them again and
again; nothing is indexed or shared between calls.
"""

from datetime import datetime
from typing import Any

from tests.oracle.reading import INTEGER
from tests.oracle.times import seconds

Row = dict[str, Any]


def called_side(legs: list[Row]) -> list[Row]:
    """R 9: on an internal call the legs that the first leg's caller does not own."""
    if legs[0]["direction"] != "internal":
        return legs
    caller = legs[0]["caller_account_id"]
    return [leg for leg in legs if leg["owner_account_id"] != caller] or legs


def earliest(legs: list[Row]) -> Row | None:
    """By link, on a tie the lowest cdr id."""
    return min(legs, key=lambda leg: (leg["link_utc"], leg["cdr_id"])) if legs else None


def named_user(text: str, accounts: dict[int, Row]) -> int | None:
    """R 10: the directory user that `answeredelswhere` names by account id, else by login."""
    if INTEGER.fullmatch(text):
        account = accounts.get(int(text))
        if account and account["kind"] == "user":
            return int(text)
    for number, account in sorted(accounts.items()):
        if account["kind"] == "user" and account["login"] and text:
            if account["login"].lower() == text.lower():
                return number
    return None


def same_step(leg: Row, legs: list[Row]) -> list[Row]:
    """The legs of the same call and step."""
    return [other for other in legs if other["call_step"] == leg["call_step"]]


def taker_of(leg: Row, legs: list[Row], accounts: dict[int, Row]) -> int | None:
    """R 10: who took the call from the queue."""
    named = named_user(leg["_elsewhere"], accounts)
    if named is not None:
        return named
    found = earliest(
        [
            other
            for other in same_step(leg, called_side(legs))
            if other["_connected"] and (other["agent_id"] or 0) > 0
        ]
    )
    return found["agent_id"] if found else None


def exit_reason_of(leg: Row, legs: list[Row], taker: int | None) -> str:
    """R 10: how the visit ended."""
    if leg["result"] != "not_connected":
        return "no_user" if taker is None else "answered"
    higher = any(other["call_step"] > leg["call_step"] for other in legs)
    return "overflow" if higher else "abandoned"


def link_of(leg: Row, legs: list[Row], taker: int | None) -> datetime | None:
    """R 10: link of a visit."""
    if leg["result"] != "answered_elsewhere":
        return leg["link_utc"]
    links = [
        other["link_utc"]
        for other in legs
        if taker is not None
        and other["_connected"]
        and other["agent_id"] == taker
        and leg["start_utc"] <= other["link_utc"] <= leg["end_utc"]
    ]
    return min(links, default=leg["end_utc"])


def reason_of(leg: Row, legs: list[Row]) -> str:
    """R 10: no_user_reason of a visit left as `no_user`."""
    if leg["has_voicemail"]:
        return "voicemail"
    found = earliest([o for o in same_step(leg, legs) if o["_connected"] and o["agent_id"] == 0])
    if found:
        return found["no_user_reason"]
    return leg["service_kind"] if leg["service_kind"] in ("voicemail", "module") else "unknown"


def build_visits(legs: list[Row], accounts: dict[int, Row], settings: Row) -> list[Row]:
    """R 10: one visit per leg that a queue owns."""
    visits: list[Row] = []
    for leg in legs:
        if leg["owner_kind"] != "queue":
            continue
        queue = accounts.get(leg["queue_id"], {"kind": "group", "level": None})
        taker = taker_of(leg, legs, accounts)
        reason = exit_reason_of(leg, legs, taker)
        link = link_of(leg, legs, taker)
        answered, no_user = reason == "answered", reason == "no_user"
        until = link if link is not None and (answered or no_user) else leg["end_utc"]
        wait = seconds(until, leg["start_utc"])
        threshold = settings["threshold"] if queue["level"] is None else queue["level"]
        offered = any(
            other["owner_kind"] == "user" and not other["_own_entry"]
            for other in same_step(leg, legs)
        )
        visit = {key: leg[key] for key in ("installation", "local_date", "call_id", "call_step")}
        visit |= {
            "visit_id": leg["leg_id"],
            "visit_seq": len(visits) + 1,
            "queue_id": leg["queue_id"],
            "queue_kind": queue["kind"],
            "enter_utc": leg["start_utc"],
            "link_utc": link,
            "leave_utc": leg["end_utc"],
            "exit_reason": reason,
            "agent_id": taker if answered else 0 if no_user else None,
            "no_user_reason": reason_of(leg, legs) if no_user else None,
            "wait_seconds": wait,
            "threshold_seconds": threshold,
            "was_offered": offered,
            "is_missed": offered and not answered,
            "is_unanswered": not answered,
            "is_short_abandoned": reason == "abandoned" and wait < settings["short"],
            "is_within_threshold": wait <= threshold,
            "_leg": leg,
        }
        visits.append(visit)
    return visits


def is_placed(leg: Row) -> bool:
    """R 11: an outbound leg or the caller's own entry."""
    return leg["direction"] == "outbound" or leg["_own_entry"]


def contact_result(leg: Row, legs: list[Row]) -> str:
    """R 11: result of a leg's contact."""
    if is_placed(leg):
        return "placed"
    if leg["_connected"]:
        return "answered"
    if leg["result"] == "answered_elsewhere":
        return "answered_elsewhere"
    for other in same_step(leg, legs):
        if other is leg or is_placed(other) or (other["agent_id"] or 0) <= 0:
            continue
        if other["_connected"] and other["link_utc"] <= leg["end_utc"]:
            return "answered_elsewhere"
    return "missed"


def leg_contact(leg: Row, legs: list[Row], visits: list[Row]) -> Row:
    """R 11: the contact of a leg that has an agent."""
    result = contact_result(leg, legs)
    visit = next((v for v in visits if v["call_step"] == leg["call_step"]), None)
    if result == "placed":
        visit = None
    rona = (
        result == "missed"
        and leg["ring_utc"] is not None
        and visit is not None
        and leg["end_utc"] < visit["leave_utc"]
    )
    same = "installation local_date call_id agent_id direction call_step start_utc link_utc "
    same += "end_utc ring_seconds talk_seconds no_user_reason"
    return {key: leg[key] for key in same.split()} | {
        "contact_id": leg["leg_id"],
        "queue_id": visit["queue_id"] if visit else None,
        "result": result,
        "is_connected": leg["_connected"],
        "is_rona": rona,
        "_ring_start": leg["ring_utc"] or leg["start_utc"],
    }


def visit_contacts(legs: list[Row], visits: list[Row]) -> list[Row]:
    """R 11: contacts of visits whose agent has no connected leg in the step."""
    contacts = []
    seen = set()
    for visit in visits:
        key = (visit["call_step"], visit["agent_id"])
        if visit["exit_reason"] not in ("answered", "no_user") or key in seen:
            continue
        seen.add(key)
        leg = visit["_leg"]
        if any(o["_connected"] and o["agent_id"] == key[1] for o in same_step(leg, legs)):
            continue
        same = "installation local_date call_id agent_id call_step queue_id no_user_reason"
        contact = {name: visit[name] for name in same.split()}
        contact |= {
            "contact_id": visit["visit_id"] + "/v",
            "direction": leg["direction"],
            "result": "answered",
            "is_connected": True,
            "start_utc": visit["enter_utc"],
            "link_utc": visit["link_utc"],
            "end_utc": visit["leave_utc"],
            "ring_seconds": seconds(visit["link_utc"], visit["enter_utc"]),
            "talk_seconds": seconds(visit["leave_utc"], visit["link_utc"]),
            "is_rona": False,
            "_ring_start": visit["enter_utc"],
        }
        contacts.append(contact)
    return contacts


def build_contacts(legs: list[Row], visits: list[Row]) -> list[Row]:
    """R 11: all contacts of a call."""
    contacts = [leg_contact(leg, legs, visits) for leg in legs if leg["agent_id"] is not None]
    return contacts + visit_contacts(legs, visits)


def answers_of(legs: list[Row], visits: list[Row], accounts: dict[int, Row]) -> list[Row]:
    """R 9: the answers (a), (b) and (c) of a call."""
    side = called_side(legs)
    answers = []
    for leg in side:
        if leg["_connected"] and leg["agent_id"] is not None:
            same = "agent_id link_utc end_utc cdr_id call_step no_user_reason"
            answers.append({key: leg[key] for key in same.split()})
    held = {(answer["call_step"], answer["agent_id"]) for answer in answers}
    for visit in visits:
        if visit["exit_reason"] not in ("answered", "no_user"):
            continue
        if (visit["call_step"], visit["agent_id"]) not in held:
            same = "agent_id link_utc call_step no_user_reason"
            answer = {key: visit[key] for key in same.split()}
            answer |= {"end_utc": visit["leave_utc"], "cdr_id": visit["_leg"]["cdr_id"]}
            answers.append(answer)
    if not answers:
        for leg in side:
            if leg["result"] == "answered_elsewhere":
                named = named_user(leg["_elsewhere"], accounts)
                answer = {"agent_id": 0 if named is None else named, "link_utc": leg["end_utc"]}
                answer |= {"end_utc": leg["end_utc"], "cdr_id": leg["cdr_id"]}
                answer["no_user_reason"] = "unknown" if named is None else None
                return [answer]
    return answers


def union_seconds(answers: list[Row]) -> int:
    """Length of the union of [link, end)."""
    total = 0
    reached: datetime | None = None
    for begin, end in sorted((a["link_utc"], a["end_utc"]) for a in answers):
        begin = begin if reached is None else max(begin, reached)
        if end > begin:
            total += seconds(end, begin)
            reached = end
    return total


def outcome_of(legs: list[Row], visits: list[Row], answers: list[Row]) -> str:
    """R 9: outcome, first that applies."""
    human = any(answer["agent_id"] > 0 for answer in answers)
    if legs[0]["direction"] != "inbound":
        return "connected" if human else "no_user" if answers else "not_connected"
    if human:
        return "answered"
    for visit in visits:
        after = [a for a in answers if a["link_utc"] > visit["enter_utc"]]
        if visit["exit_reason"] == "abandoned" and not after:
            return "abandoned"
    if answers:
        return "no_user"
    return "abandoned" if visits else "missed"


def agents_of_call(first: Row, outcome: str, human: Row | None) -> Row:
    """R 9: answering and originating agent."""
    answering = originating = None
    if first["direction"] != "outbound":
        answering = human["agent_id"] if human else 0 if outcome == "no_user" else None
    if first["direction"] != "inbound":
        originating = first["caller_account_id"] if first["_caller_kind"] == "user" else 0
    return {"answering_agent_id": answering, "originating_agent_id": originating}


def build_call(
    legs: list[Row], visits: list[Row], contacts: list[Row], accounts: dict[int, Row]
) -> Row:
    """R 9: the call."""
    first = legs[0]
    answers = answers_of(legs, visits, accounts)
    humans = [answer for answer in answers if answer["agent_id"] > 0]
    nobody = [answer for answer in answers if answer["agent_id"] == 0]
    outcome = outcome_of(legs, visits, answers)
    answer, human, none = earliest(answers), earliest(humans), earliest(nobody)
    end = max(leg["end_utc"] for leg in legs)
    waited = human or (answer if outcome == "no_user" else None)
    humans.sort(key=lambda a: (a["link_utc"], a["cdr_id"]))
    agents = [a["agent_id"] for a in humans]
    same = "call_id installation local_date direction start_utc caller_number caller_name "
    same += "called_number called_name"
    return {key: first[key] for key in same.split()} | {
        "outcome": outcome,
        "answer_utc": answer["link_utc"] if answer else None,
        "human_answer_utc": human["link_utc"] if human else None,
        "end_utc": end,
        "wait_seconds": seconds(waited["link_utc"] if waited else end, first["start_utc"]),
        "talk_seconds": union_seconds(humans),
        "no_user_seconds": union_seconds(nobody),
        "total_seconds": seconds(end, first["start_utc"]),
        **agents_of_call(first, outcome, human),
        "no_user_reason": none["no_user_reason"] if none and outcome == "no_user" else None,
        "first_queue_id": visits[0]["queue_id"] if visits else None,
        "last_queue_id": visits[-1]["queue_id"] if visits else None,
        "line_id": next((leg["line_id"] for leg in legs if leg["line_id"] is not None), None),
        "legs": len(legs),
        "steps": len({leg["call_step"] for leg in legs}),
        "queue_visits": len(visits),
        "ring_attempts": sum(contact["result"] != "placed" for contact in contacts),
        "transfers": sum(a != b for a, b in zip(agents, agents[1:], strict=False)),
        "is_private": first["_call_private"],
        "is_time_ambiguous": any(leg["is_time_ambiguous"] for leg in legs),
    }
