"""The rules of planting. Run by deploy/test: python3 Tests/Mutants/planting_test.py"""

import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import planting


def mutant(code: str, planted: str, *keys: str) -> planting.Mutant:
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "name")
        path.write_text("\n".join(["file: f", "tests: t", *keys, "--- code", code, "--- planted", planted, ""]))
        return planting.read(path, "name")


def planted(text: str, *mutants: planting.Mutant, is_c: bool = False) -> str:
    return planting.plant(text, list(enumerate(mutants, 1)), is_c)


class Planting(unittest.TestCase):
    def test_an_expression_becomes_a_choice_in_brackets(self) -> None:
        self.assertEqual(planted("if a < b && c {", mutant("a < b", "a <= b")),
                         "if (mutant(1) ? (a <= b) : (a < b)) && c {")

    def test_only_the_marked_part_is_replaced(self) -> None:
        self.assertEqual(planted("x(1); y(1)", mutant("y(⟦1⟧)", "2")), "x(1); y((mutant(1) ? (2) : (1)))")

    def test_statements_become_an_if(self) -> None:
        self.assertEqual(planted("a = 1", mutant("a = 1", "a = 2")),
                         "if (mutant(1)) {\na = 2\n} else {\na = 1\n}")
        self.assertIn("} else {\nstop()\n}", planted("stop()", mutant("stop()", "")))
        self.assertIn("} else {\nstop()\n}", planted("stop()", mutant("stop()", "go()", "kind: statement")))

    def test_text_in_a_literal_grows_to_the_literal(self) -> None:
        self.assertEqual(planted('run("x = 1 and y", 2)', mutant(" and y", "")),
                         'run((mutant(1) ? "x = 1" : "x = 1 and y"), 2)')
        text = 'run(\n  """\n  a "b"\n  and c\n  """, 2)'
        self.assertEqual(planted(text, mutant("and c", "and d")),
                         'run(\n  (mutant(1) ? """\n  a "b"\n  and d\n  """ : """\n  a "b"\n  and c\n  """), 2)')

    def test_a_literal_ends_where_it_ends(self) -> None:
        text = r'a("x\"y \(f("z") + ")") w", 1) // "no"' + '\n/* " /* " */ */ b("q", ##"r"#"##)'
        self.assertEqual([text[start:end] for start, end in planting.literals(text)],
                         [r'"x\"y \(f("z") + ")") w"', '"q"', '##"r"#"##'])

    def test_places_within_each_other_share_a_choice(self) -> None:
        self.assertEqual(planted("f(a < b)", mutant("a < b", "a > b"), mutant("f(a < ⟦b⟧)", "c")),
                         "f((mutant(1) ? (a > b) : mutant(2) ? (a < c) : (a < b)))")

    def test_places_that_cross_are_refused(self) -> None:
        with self.assertRaisesRegex(planting.Problem, "overlap"):
            planted("a = 1\nb = 2\nc = 3", mutant("a = 1\nb = 2", "", ), mutant("b = 2\nc = 3", ""))

    def test_c_has_a_function_of_its_own(self) -> None:
        self.assertEqual(planted("x = a < b;", mutant("a < b", "a > b"), is_c=True),
                         "x = (onsale_mutant(1) ? (a > b) : (a < b));")

    def test_what_brackets_would_change_is_refused(self) -> None:
        for text, code in [("x - a + b", "a + b"), ("a + b * c", "a + b"), ("!a && b", "a && b"), ("a + b.c", "a + b"),
                           ("self.count < 5", "count < 5"), ("f(a, b)", "a, b"), ("a || b && c", "a || b"),
                           ("f(a)", "f(")]:
            with self.subTest(text), self.assertRaises(planting.Problem):
                planted(text, mutant(code, "x"))
        for text, code in [("a && b && c", "b && c"), ("a + b - c", "a + b"), ("a && b < c", "b < c"),
                           ("try f(a) == 1", "f(a) == 1"), ("x ? a + b : c", "a + b")]:
            with self.subTest(text):
                planted(text, mutant(code, "x"))

    def test_code_that_does_not_occur_once_is_refused(self) -> None:
        for text in ["", "a a"]:
            with self.assertRaisesRegex(planting.Problem, "occurs [02] times"):
                planted(text, mutant("a", "b"))

    def test_a_file_that_is_wrong_is_refused(self) -> None:
        for keys in ["fil: x"], ["kind: word"], ["tests: again"], ["hang: no"], ["kind:"]:
            with self.subTest(keys), self.assertRaises(planting.Problem):
                mutant("a", "b", *keys)
        with self.assertRaises(planting.Problem):
            mutant("a", "a")


if __name__ == "__main__":
    unittest.main()
