"""Top-ups if only operators may make them (`--top-up-by operator`)."""

from calls.script import Script

OPTIONS = {"top_up_by": "operator"}


def calls():
    s = Script("wallet")
    save = {"user-dora": "session.user_id"}
    s.call("SignUp", "nobody", {"name": "dora", "password": "correct horse battery"}, save=save)
    s.call("TopUp", "alice", {"amount": 1, "currency": "EUR"})
    s.call("TopUp", "alice", {"amount": 1, "currency": "EUR", "name": "dora"})
    s.call("TopUp", "operator", {"amount": 1, "currency": "EUR", "name": "dora"})
    return s.calls
