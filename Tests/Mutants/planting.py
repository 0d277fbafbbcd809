"""Plants mutants into source text: each planted place becomes a choice that a number makes while the program runs."""

import bisect
import dataclasses
import pathlib
import re

KEYS = {"file", "tests", "kind", "hang", "build"}
KINDS = {"expression", "statement"}

# The binary operators of Swift and C, the loosest first.
PRECEDENCE = [{"?", ":"}, {"||"}, {"&&"}, {"<", "<=", ">", ">=", "==", "!=", "===", "!==", "~="}, {"??"}, {"is", "as"},
              {"...", "..<"}, {"+", "-", "&+", "&-", "|", "^"}, {"*", "/", "%", "&", "&*"}, {"<<", ">>", "&<<", "&>>"}]
ASSOCIATIVE = {"&&", "||"}
STATEMENT = re.compile(r"(guard|return|if|throw|for|while|switch|defer|break|continue|do|_\s*=)\b|[\w.\]\)]+\s[-+*|]?=\s")


class Problem(Exception):
    """A mutant that cannot be planted, and why."""


@dataclasses.dataclass
class Mutant:
    name: str
    file: str
    tests: str
    context: str  # Text that occurs once in the file. The planted text replaces a part of it, or all.
    offset: int
    code: str
    planted: str
    kind: str | None = None
    may_hang: bool = False
    has_own_build: bool = False


def read(path: pathlib.Path, name: str) -> Mutant:
    """The mutant in the file at `path`."""
    parts = re.split(r"^--- (code|planted)\n", path.read_text(), flags=re.MULTILINE)
    if parts[1::2] != ["code", "planted"]:
        raise Problem(f"{name}: after the keys it has a part '--- code' and then a part '--- planted'")
    keys = {}
    for line in parts[0].splitlines():
        key, colon, value = line.partition(":")
        if not colon or key not in KEYS or key in keys or not value.strip():
            raise Problem(f"{name}: '{line}' is not 'key: value' with one of {', '.join(sorted(KEYS))}, each once")
        keys[key] = value.strip()
    if not {"file", "tests"} <= keys.keys():
        raise Problem(f"{name}: it needs the keys file and tests")
    for key, allowed in {"kind": KINDS, "hang": {"yes"}, "build": {"own"}}.items():
        if keys.get(key) not in allowed | {None}:
            raise Problem(f"{name}: {key} can be {' or '.join(sorted(allowed))}, not {keys[key]}")
    context, planted = (part.removesuffix("\n") for part in parts[2::2])
    marks = re.fullmatch("([^⟦⟧]*)⟦([^⟦⟧]+)⟧([^⟦⟧]*)", context)
    before, code, after = marks.groups() if marks else ("", context, "")
    if not code or code == planted:
        raise Problem(f"{name}: the code is empty, or the planted text is the same")
    return Mutant(name, keys["file"], keys["tests"], before + code + after, len(before), code, planted,
                  keys.get("kind"), "hang" in keys, "build" in keys)


@dataclasses.dataclass
class Place:
    """Where the text of a file is replaced, from `start` to `end`."""
    start: int
    end: int
    kind: str
    mutants: list[tuple[int, Mutant]]


def find(mutant: Mutant, text: str) -> int:
    """The offset of its code, which occurs once."""
    count = text.count(mutant.context)
    if count != 1:
        raise Problem(f"{mutant.name}: its code occurs {count} times in {mutant.file}, not once")
    return text.index(mutant.context) + mutant.offset


def replaced(text: str, mutant: Mutant, start: int = 0, end: int | None = None) -> str:
    """From `start` to `end` of `text`, with the planted text instead of the code."""
    at = find(mutant, text)
    return text[start:at] + mutant.planted + text[at + len(mutant.code):end]


def plant(text: str, mutants: list[tuple[int, Mutant]], is_c: bool = False) -> str:
    """`text` with a choice at the place of each mutant. The number of a mutant chooses its planted text."""
    places = []
    for place in sorted((place_of(m, n, text, is_c) for n, m in mutants), key=lambda p: (p.start, -p.end)):
        outer = places[-1] if places and place.start < places[-1].end else None
        if outer is None:
            places.append(place)
        elif place.end <= outer.end:
            outer.mutants += place.mutants
        else:
            names = f"{outer.mutants[0][1].name} and {place.mutants[0][1].name}"
            raise Problem(f"{names}: their places overlap, and neither contains the other")
    planted = text
    for place in reversed(places):
        planted = planted[:place.start] + choice(place, text, is_c) + planted[place.end:]
    return planted


def place_of(mutant: Mutant, number: int, text: str, is_c: bool) -> Place:
    start = find(mutant, text)
    end = start + len(mutant.code)
    kind = mutant.kind
    for first, last in [] if is_c else literals(text):
        # Text within a literal has no place for a choice: the choice is between two literals.
        if (first < start < last) or (first < end < last):
            start, end = min(first, start), max(last, end)
            if (start, end) == (first, last): kind = "literal"
    if kind is None:
        is_statement = not mutant.planted.strip() or STATEMENT.match(mutant.code.strip())
        kind = "statement" if is_statement else "expression"
    if kind == "expression":
        complaint = why_not_an_operand(text, start, end)
        if complaint: raise Problem(f"{mutant.name}: {complaint}")
    return Place(start, end, kind, [(number, mutant)])


def choice(place: Place, text: str, is_c: bool) -> str:
    code = text[place.start:place.end]
    arms = [(f"{'onsale_mutant' if is_c else 'mutant'}({n})", replaced(text, m, place.start, place.end))
            for n, m in place.mutants]
    if place.kind == "statement":
        return "".join(f"if ({test}) {{\n{planted}\n}} else " for test, planted in arms) + f"{{\n{code}\n}}"
    if place.kind == "expression":
        arms, code = [(test, f"({planted})") for test, planted in arms], f"({code})"
    return "(" + "".join(f"{test} ? {planted} : " for test, planted in arms) + code + ")"


def literals(text: str) -> list[tuple[int, int]]:
    """The outermost string literals of a Swift file."""
    found, at = [], 0
    while at < len(text):
        end = end_of_token(text, at)
        if text[at] in '"#' and end > at + 1: found.append((at, end))
        at = end
    return found


def end_of_token(text: str, at: int) -> int:
    """The end of the comment or string literal that begins at `at`, or else the next character."""
    if text.startswith("//", at):
        end = text.find("\n", at)
        return len(text) if end < 0 else end
    if text.startswith("/*", at):
        depth = 0
        for mark in re.compile(r"/\*|\*/").finditer(text, at):
            depth += 1 if mark[0] == "/*" else -1
            if depth == 0: return mark.end()
        return len(text)
    opening = re.compile(r'(#*)("""|")').match(text, at)
    if not opening: return at + 1
    escape, closing = "\\" + opening[1], opening[2] + opening[1]
    at = opening.end()
    while at < len(text) and not text.startswith(closing, at):
        if not text.startswith(escape, at):
            at += 1
        elif text.startswith("(", at + len(escape)):
            at, depth = at + len(escape) + 1, 1
            while depth > 0 and at < len(text):
                depth += {"(": 1, ")": -1}.get(text[at], 0)
                at = end_of_token(text, at)
        else:
            at += len(escape) + 1
    return at + len(closing)


def why_not_an_operand(text: str, start: int, end: int) -> str | None:
    """Why brackets around this expression would change the meaning of what surrounds it, or nil."""
    code, before, after = text[start:end], text[:start], text[end:]
    if re.match(r"\w", code) and re.search(r"[\w.]$", before): return "its code begins within a name or after a dot"
    if re.search(r"\w$", code) and re.match(r"\w", after): return "its code ends within a name"
    try:
        outer = without_brackets(code)
    except IndexError:
        return "the brackets in its code do not match"
    if "//" in outer or "," in outer: return "its code contains a comma or a comment"
    weakest = min(map(strength, operators(outer)), default=len(PRECEDENCE))
    left = re.search(r"(?:\s|^)([-+*/%<>=!&|^?.~:]+|as\?|as|is)\s+$", before)
    right = re.match(r"\s+([-+*/%<>=!&|^?.~]+|as\?|as|is)\s", after)
    if left and left[1] in ASSOCIATIVE and strength(left[1]) == weakest: left = None
    if left and strength(left[1]) >= weakest: return f"its code follows {left[1]}, which binds as tightly or tighter"
    if right and strength(right[1]) > weakest: return f"{right[1]} follows its code and binds tighter"
    if weakest < len(PRECEDENCE) and (re.search(r"[!~-]$", before) or re.match(r"[.!?(\[]", after)):
        return "its code is longer than the operand that the operator beside it takes"
    return None


def without_brackets(code: str) -> str:
    """`code` without what is in brackets or string literals."""
    kept, depth, at = [], [], 0
    while at < len(code):
        end = at + 1 if code.startswith("//", at) else end_of_token(code, at)
        if code[at] in "([{": depth.append(code[at])
        elif code[at] in ")]}": depth.pop()
        elif not depth: kept.append(code[at:end] if end == at + 1 else "literal")
        at = end
    if depth: raise IndexError
    return "".join(kept)


def operators(code: str) -> list[str]:
    return [word for word in re.findall(r"(?<=\s)\S+(?=\s)|\.\.[.<]", code) if strength(word) < len(PRECEDENCE)]


def strength(operator: str) -> int:
    for number, group in enumerate(PRECEDENCE):
        if operator.rstrip("?") in group or operator in group: return number
    return -1 if operator.endswith("=") or operator == "->" else len(PRECEDENCE)
