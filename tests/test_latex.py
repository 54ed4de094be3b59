"""The reader of LaTeX: what it reads, against expressions written by hand and SymPy's printer; what it refuses, and where."""

from __future__ import annotations

import itertools
import math
import random
import re
import time
from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from latex_corpus import CORPUS, DECLARED
from paper_equations import EQUATIONS, NAMES, REFUSED, REPAIRS
from sympy import Eq, Function, Rational, Symbol, symbols
from sympy.physics import units

from symseries.activations import ACTIVATIONS, checked_parameters
from symseries.derivations import verify
from symseries.display import latex_name, latex_number
from symseries.errors import LawNameError, LawSyntaxError, LawValueError, ResourceLimitError, SymseriesError
from symseries.generating import generating_functions
from symseries.laws import Law
from symseries.names import check_name
from symseries.network import Network
from symseries.parsing import read_latex, read_latex_lines
from symseries.parsing.latex import IndexProduct, IndexSum, Run, read_latex_sides, sequence
from symseries.parsing.latex.source import MARK
from symseries.spaces import TaylorSpace

x, y, z, k, n, a, b, c, d, i, j = symbols("x y z k n a b c d i j")


def chain(text: str, names: dict[str, Any] | None = None) -> list[tuple[str, sympy.Expr]]:
    [line] = read_latex_lines(text, names)
    return list(line.relations)


@pytest.mark.parametrize(("text", "meant"), CORPUS, ids=[text for text, _ in CORPUS])
def test_the_corpus(text: str, meant: sympy.Expr) -> None:
    assert read_latex(text) == meant


def test_the_corpus_is_wide() -> None:
    assert len({text for text, _ in CORPUS}) >= 200


@pytest.mark.parametrize(("text", "names", "meant"), DECLARED, ids=[text for text, _, _ in DECLARED])
def test_declared_names(text: str, names: dict[str, Any], meant: sympy.Expr) -> None:
    assert read_latex(text, names) == meant


class TestPaper:
    @pytest.mark.parametrize("number", sorted(set(EQUATIONS) - set(REFUSED)))
    def test_an_equation_is_read(self, number: int) -> None:
        lines = read_latex_lines(EQUATIONS[number], NAMES.get(number))
        assert any(len(line.relations) > 1 or (line.relations[:1] and line.relations[0][0]) for line in lines)
        assert all(EQUATIONS[number][line.start :].startswith(line.typed) for line in lines)

    @pytest.mark.parametrize("number", sorted(REFUSED))
    def test_the_others_are_refused_with_the_place(self, number: int) -> None:
        with pytest.raises(LawSyntaxError, match=f"{REFUSED[number]}.*{MARK}"):
            read_latex_lines(EQUATIONS[number], NAMES.get(number))

    def test_most_are_read_and_few_are_repaired(self) -> None:
        assert set(EQUATIONS) == set(range(1, 61))
        assert len(EQUATIONS) - len(REFUSED) >= 50
        assert set(REPAIRS) == {46, 57}

    def test_the_layer_formula_is_what_it_says(self) -> None:
        """Equation (33), its product cut at n = i, against the power of a polynomial."""
        text = EQUATIONS[33].replace(r"\prod_{n=0}^{\infty}", r"\prod_{n=0}^{i}")
        [line] = read_latex_lines(text)
        series = line.relations[1][1]
        inner = series.function / (Symbol("theta") ** Symbol("k") * sequence("s")[Symbol("k")])
        polynomial = sum(sequence("a")[power] * z**power for power in range(3))
        for power, index in itertools.product(range(4), range(3)):
            written = inner.subs({Symbol("k"): power, Symbol("i"): index}).doit()
            assert sympy.expand(written - sympy.expand(polynomial**power).coeff(z, index)) == 0

    def test_the_multinomial_theorem(self) -> None:
        """The inner sum of equation (4) for two inputs and the third power."""
        text = r"\sum_{k_1 + \dots + k_d = k} \binom{k}{k_1, \dots, k_d} \prod_{j=1}^d (\theta_j x_j)^{k_j}"
        written = read_latex(text).subs({Symbol("d"): 2, Symbol("k"): 3}).doit()
        t, v = sequence("theta"), sequence("x")
        assert sympy.expand(written - (t[1] * v[1] + t[2] * v[2]) ** 3) == 0

    def test_a_sum_over_all_multi_indices_to_a_bound(self) -> None:
        text = r"\sum_{n_1, \dots, n_w}^{m, \dots, m} z_1^{n_1} \cdots z_w^{n_w}"
        written = read_latex(text).subs({Symbol("w"): 2, Symbol("m"): 2}).doit()
        v = sequence("z")
        assert written == sum(v[1] ** p * v[2] ** q for p in range(3) for q in range(3))


class TestLines:
    def test_an_environment(self) -> None:
        text = r"""
        \begin{align}
          f(x) &= (x+1)^2 \label{square} \\
               &= x^2 + 2x + 1, \quad x > 0 \\[2pt]
               &\approx 1 + 2x \nonumber
        \end{align}"""
        lines = read_latex_lines(text)
        fx = Function("f")(x)
        assert [line.relations for line in lines] == [
            (("", fx), ("=", (x + 1) ** 2)),
            (("=", x**2 + 2 * x + 1),),
            (("≈", 1 + 2 * x),),
        ]
        assert [line.label for line in lines] == ["square", "", ""]
        assert lines[1].conditions == ((("", x), (">", 0)),)
        assert all(text[line.start :].startswith(line.typed) for line in lines)

    @pytest.mark.parametrize("name", ["align*", "aligned", "equation", "gather", "gathered", "split", "multline", "eqnarray"])
    def test_environments(self, name: str) -> None:
        text = rf"\begin{{{name}}} x &= y \\ z &= 1 \end{{{name}}}"
        assert [line.relations[0] for line in read_latex_lines(text)] == [("", x), ("", z)]

    def test_environments_inside_each_other(self) -> None:
        cases = r"\begin{cases} 1 & y > 0 \\ 0 & \text{otherwise} \end{cases}"
        text = rf"$$\begin{{aligned}} x &= {cases} \\ &= z \end{{aligned}} \tag{{7}}$$"
        lines = read_latex_lines(text)
        assert lines[0].relations[1][1] == sympy.Piecewise((1, y > 0), (0, True))
        assert [len(lines), lines[1].label] == [2, "7"]

    def test_prose_is_left_out_where_mathematics_is_displayed(self) -> None:
        text = r"We see \emph{that} \[ x = 1 \] and, with 50 \% of it, \begin{equation} y = 2 \end{equation} which ends it."
        assert [line.relations for line in read_latex_lines(text)] == [(("", x), ("=", 1)), (("", y), ("=", 2))]

    @pytest.mark.parametrize(
        ("sign", "relation"),
        [
            *(("=", "="), ("<", "<"), (">", ">"), (r"\leq", "≤"), (r"\ge", "≥"), (r"\neq", "≠"), (r"\approx", "≈")),
            *((r"\simeq", "≈"), (r"\Rightarrow", "⇒"), (r"\implies", "⇒"), (r"\iff", "⇔"), (r"\equiv", ":=")),
            *((r"\coloneqq", ":="), (":=", ":="), (r"\propto", "∝"), (r"\stackrel{\text{def}}{=}", ":="), ("≤", "≤")),
        ],
    )
    def test_relations(self, sign: str, relation: str) -> None:
        assert chain(f"x {sign} y") == [("", x), (relation, y)]

    def test_a_chain(self) -> None:
        assert chain(r"a < b \leq c") == [("", a), ("<", b), ("≤", c)]

    def test_a_line_that_goes_on(self) -> None:
        assert chain(r"x &= a + b \\ &\quad + c \\ &- d") == [("", x), ("=", a + b + c - d)]
        first, second = read_latex_lines(r"x = 1 \\ -y = 2")
        assert [first.relations[1], second.relations[0]] == [("=", 1), ("", -y)]

    def test_an_implication_in_a_line_of_its_own(self) -> None:
        assert [line.relations for line in read_latex_lines(r"x = 1 \\ \Rightarrow \quad x + y = 1 + y")] == [
            (("", x), ("=", 1)),
            (("⇒", x + y), ("=", 1 + y)),
        ]

    def test_definitions(self) -> None:
        [line] = read_latex_lines(r"y = \ln z, \quad \text{where } z = 1 + e^x")
        assert line.relations == (("", y), ("=", sympy.log(z)))
        assert line.conditions == ((("", z), (":=", 1 + sympy.exp(x))),)

    def test_orders(self) -> None:
        [(_, left), (sign, right)] = chain(r"e^x = 1 + x + \mathcal{O}(x^2)")
        assert (left, sign) == (sympy.exp(x), "≈")
        assert (right.removeO(), right.getO()) == (1 + x, sympy.Order(x**2))

    def test_an_order_about_a_point(self) -> None:
        assert chain(r"y = 1 + O((x-1)^2)")[1][1].getO() == sympy.Order((x - 1) ** 2, (x, 1))

    def test_dots_after_numbers_are_an_order(self) -> None:
        [_, (sign, right)] = chain(r"y = x - \frac{x^3}{3} + \frac{2x^5}{15} - \cdots")
        assert sign == "≈"
        assert (right.removeO(), right.getO()) == (x - x**3 / 3 + 2 * x**5 / 15, sympy.Order(x**7))

    def test_equal_parts(self) -> None:
        [(_, run), last] = chain(r"k_{i+1} = k_{i+2} = \dots = 0")
        assert run == Run(sequence("k")[i + j], (j, 1, sympy.oo))
        assert last == ("=", 0)

    def test_for_all(self) -> None:
        [line] = read_latex_lines(r"\forall i = 1, \dots, d, \quad y_i = x_i + 1")
        assert line.forall == ((i, 1, d),)
        assert line.relations == (("", sequence("y")[i]), ("=", sequence("x")[i] + 1))

    def test_values_of_a_name(self) -> None:
        [line] = read_latex_lines(r"x^m = y, \quad \text{all } x, a > 0, m = 0, 1, 2, \ldots")
        m, infinite = Symbol("m"), sympy.oo
        assert line.forall == ((x, -infinite, infinite), (m, 0, infinite))
        assert line.conditions == ((("", a), (">", 0)),)
        [line] = read_latex_lines(r"x_i = 1, i = 1, 2, \dots, n")
        assert line.forall == ((i, 1, n),)

    def test_conditions_in_brackets(self) -> None:
        [line] = read_latex_lines(r"y = \ln x \qquad (x > 0) \quad (n = 1, 2, \dots)")
        assert line.conditions == ((("", x), (">", 0)),)
        assert line.forall == ((n, 1, sympy.oo),)

    def test_notes(self) -> None:
        [line] = read_latex_lines(r"y = \underbrace{a + b}_{\text{solute}} + \overbrace{c}^{t}")
        assert line.notes == (("solute", a + b), ("t", c))

    def test_left_out_lines_say_nothing(self) -> None:
        assert [line.relations for line in read_latex_lines(r"x &= 1 \\ &\vdots = \vdots \\ y &= 2")][1] == ()

    def test_what_one_line_shows_holds_in_all(self) -> None:
        lines = read_latex_lines(r"c_0 = 1 \\ y = \sum_{k=0}^n c_k x^k \\ f(x) = 1 \\ y = f(x+1)")
        assert lines[0].relations[0][1] == sequence("c")[0]
        assert lines[3].relations[1][1] == Function("f")(x + 1)

    def test_a_line_that_begins_with_a_function(self) -> None:
        """The whole left side is no product; a name that also stands alone is not known to be a function."""
        [line] = read_latex_lines(r"c_p(T) = a + b T, \quad c_p(0) = a")
        assert line.relations[0] == ("", Function("c_p")(Symbol("T")))
        assert line.conditions == ((("", Function("c_p")(0)), ("=", a)),)
        for text in (r"y(x) = y + 1", r"n(n) = n^2", r"r(x) z = 3"):
            with pytest.raises(LawSyntaxError, match="a product or a function"):
                read_latex_lines(text)

    def test_sides_are_read_together(self) -> None:
        left, right = read_latex_sides((r"\sum_{k=1}^{2} a_k", "a_1 + a_2"))
        assert left.doit() == right
        assert read_latex_sides(("a_1", r"\begin{pmatrix} 1 \end{pmatrix}")) == (Symbol("a_1"), sympy.ImmutableMatrix([1]))

    def test_the_imaginary_unit_in_an_exponent(self) -> None:
        names = {"i": sympy.I}
        assert read_latex(r"e^{i \pi} + 1", names) == 0
        assert read_latex(r"\cosh(i \pi) + e^{i x}", names) == -1 + sympy.exp(sympy.I * x)
        with pytest.raises(ResourceLimitError):
            read_latex(r"e^{10^{9} + i}", names)

    def test_equations_side_by_side(self) -> None:
        lines = read_latex_lines(r"\begin{align} a &= b & c &= d \\ x &= y &&\text{by it} \end{align}")
        assert [line.relations for line in lines] == [(("", a), ("=", b)), (("", x), ("=", y))]
        assert lines[0].conditions == ((("", c), ("=", d)),)
        [first, second] = read_latex_lines(r"\begin{eqnarray} a &=& b \\ &=& c \end{eqnarray}")
        assert (first.relations, second.relations) == ((("", a), ("=", b)), (("=", c),))

    @pytest.mark.parametrize("name", ["alignat", "alignat*", "alignedat"])
    def test_a_number_of_columns_is_no_factor(self, name: str) -> None:
        assert chain(rf"\begin{{{name}}}{{2}} a &= b \end{{{name}}}") == [("", a), ("=", b)]

    def test_comments_are_no_mathematics(self) -> None:
        text = "% \\begin{align} x &= y \\end{align}\n\\begin{align} a &= b % = c\n \\\\ &= d \\end{align}"
        assert [line.relations for line in read_latex_lines(text)] == [(("", a), ("=", b)), (("=", d),)]

    def test_a_line_that_ends_with_a_sign_goes_on(self) -> None:
        assert chain(r"a = \\ b + \\ c") == [("", a), ("=", b + c)]

    @pytest.mark.parametrize("text", [r"x = y \quad \forall x \geq 1", r"x = y \quad \text{for all } x \geq 1"])
    def test_for_all_of_a_range(self, text: str) -> None:
        [line] = read_latex_lines(text)
        assert (line.forall, line.conditions) == (((x, -sympy.oo, sympy.oo),), ((("", x), ("≥", 1)),))

    def test_empty_lines_are_left_out(self) -> None:
        assert len(read_latex_lines("x = 1 \\\\ \n\n \\\\ y = 2 \\\\")) == 2


TRAPS = [
    (r"2{,}5x", "a comma in a number"),
    (r"10{,}000", "a comma in a number"),
    (r"2,5x", "unexpected '5'"),
    (r"1e-5 x", "a number with 'e'"),
    (r"2 3", "a number right after"),
    (r"1\,500", "a number right after"),
    (r"1\,000", "a number right after"),
    (r"x + 007", "leading zero"),
    (r"x 3", "a number right after"),
    (r"2 \frac{1}{2}", "mixed number"),
    (r"1/2 x", "above or below"),
    (r"k/RT", "above or below"),
    (r"x^10", "takes the first digit only"),
    (r"\frac123", "takes the first digit only"),
    (r"x^2^3", "second superscript"),
    (r"x_i_j", "second subscript"),
    (r"2_3", "subscript after"),
    (r"tanh(x)", "spell a word"),
    (r"alpha + 1", "spell a word"),
    (r"the rate of change", "spell a word"),
    (r"\sin x y", "without brackets"),
    (r"\sin x/2", "without brackets"),
    (r"\ln x (y + 1)", "product or a function"),
    (r"\sin^{-1} x", "inverse function"),
    (r"f^{-1}(x)", "inverse function"),
    (r"k(x+1)", "product or a function"),
    (r"a(b)", "product or a function"),
    (r"g(x+1)", "product or a function"),
    (r"\alpha_k(z)", "product or a function"),
    (r"\sigma(x) + \sigma", "product or a function"),
    (r"x^{(n+1)} + x", "a power or an index"),
    (r"a_k + a^{(k)}", "in two ways"),
    (r"\prod_{k=1}^n (1 + x_k) y", "inside or outside"),
    (r"\frac{d}{dx} x^2 y", "the first or on all"),
    (r"\frac{dy}{dx}", "does not say that it depends"),
    (r"\frac{d^2}{dx} f(x)", "other orders"),
    (r"\int_0^1 x^2", "without its differential"),
    (r"\sum_{k=0} x^k", "without its upper bound"),
    (r"\sum_k^n x^k", "without its lower bound"),
    (r"5\,\mathrm{MPA}", "did you mean 'MPa'?"),
    (r"5\,\mathrm{furlong}", "the unit 'furlong'"),
    (r"5\,\mathrm{m}_s", "behind a number, which may be a unit"),
    (r"5\,\mathrm{m}(x+1)", "behind a number, which may be a unit"),
    (r"5 x\,\mathrm{kPa}", "the unit 'kPa' behind a name"),
    (r"\text{kJ/mol}", "without a number"),
    (r"\frac{5\,\mathrm{kJ}}{\mathrm{mol}}", "the unit 'mol' without a number"),
    (r"\SI{5}{J/mol K}", "above or below"),
    (r"\SI{5}{J/}", "not complete"),
    (r"\SI{5}{\celsius}", "whose zero is not 0"),
    (r"\qty{20}{°C}", "whose zero is not 0"),
    (r"\SI{a}{MPa}", "the number 'a'"),
    (r"3\SI{5}{MPa}", "right after another factor"),
    (r"\num{5}", "another grammar"),
    (r"\left. f(x) \right|_{x=0}^{2}", "a power or a difference"),
    (r"\left. f(x) \right|_{2}", "no name"),
    (r"\left. f(x) \right)", "invisible bracket"),
    (r"T_n(x+1)", "a product or a polynomial"),
    (r"H_n(x) + H_n", "a product or a polynomial"),
    (r"L_n^{(l)}(x)", "a product or a polynomial"),
    (r"T_c(x)", "product or a function"),
    (r"P_2(x)", "product or a function"),
    (r"n (a+1)_k + n", "a rising factorial or an index"),
    (r"\delta_{2 n} + \delta_n", "entries or a Kronecker delta"),
    (r"\genfrac[]{0pt}{}{n}{k}", "of another form"),
    (r"90^{\circ}", "a degree sign"),
    (r"n^{th}", "an ordinal"),
    (r"x^{\mathrm{eff}}", "superscript of words"),
    (r"\mathbf{A}^T", "a transpose"),
    (r"||x||", "may be a norm"),
    (r"a \pm b", "two meanings"),
    (r"x \sim y", "many meanings"),
    (r"\dot{x}", "unnamed variable"),
    (r"1 + 2 + 3 + \dots", "pattern"),
    (r"a + b + \dots + z", "pattern"),
    (r"x_1 + \dots + y_n", "pattern"),
    (r"a_{0,0,\dots,0}", "pattern"),
    (r"x + \infty", "infinity"),
    (r"(1 + O(x))^2", "order inside"),
    (r"x = y", "unexpected '='"),
    (r"\gamma_{1 n}", "two indices"),
    (r"f(x)^{(2)}", "a derivative or a rising factorial"),
    (r"(x+1)^{(n)}", "a derivative or a rising factorial"),
    (r"{x}^{\left(n\right)}", "a derivative or a rising factorial"),
    (r"2^n!", "of the base or the exponent"),
    (r"n^2!", "of the base or the exponent"),
    (r"x^1/2", "may mean a root"),
    (r"|x|_2", "a norm is"),
    (r"\Delta T", "one name or a product"),
    (r"\sigma_1(w x + b)", "product or a function"),
    (r"\sum_{i=1}^n f_i(x)", "product or a function"),
    (r"a_{12} + \sum_{i,j=1}^n a_{ij}", "in two ways"),
    (r"{n \choose k}", "write \\binom"),
    (r"\int dx\, e^{-x}", "differential before the integrand"),
    (r"\int_0^1 dx \cdot x", "differential before the integrand"),
    (r"\int_a^b x dx dy", "a second differential"),
    (r"\frac{dx}{x}", "a differential or a product"),
    (r"2 \mathrm{d}x", "a differential or a product"),
    (r"w^T x + b", "a transpose or a power"),
    (r"(X^{T}X)^{-1}", "a transpose or a power"),
    (r"x^{\mathsf{T}} y", "is a transpose"),
    (r"W^{[1]} x", "square brackets, which may be an index"),
    (r"T^{*m}", "a name with a star or of each entry"),
    (r"x^{\overline{n}}", "a rising factorial or the power of a mean"),
    (r"\sigma\left[w x + b\right]", "a product or a function"),
    (r"\mathrm{E}[X]", "a product or a function"),
    (r"\mathcal{L}(\theta)", "a product or a function"),
    (r"J_0(x + 1)", "a product or a function"),
    (r"P_l^m(\cos\theta)", "a product or a polynomial"),
    (r"C_p(T)^2", "a product or a function"),
    (r"\alpha_1(\tanh x)", "a product or a function"),
    (r"H_2(x)", "a product or a function"),
    (r"(a)_n", "a rising factorial or an index"),
    (r"\left[ \frac{x^3}{3} \right]_0^1", "which may be a bound"),
    (r"\gcd(a, b)", "greatest common divisor of names"),
    (r"\operatorname{Re}(z)", "which the reader does not know"),
    (r"e^{i \theta}", "the imaginary unit or a name"),
    (r"\exp(-i \omega t)", "the imaginary unit or a name"),
    (r"\sum_{i<j} a_i a_j", "over one of them or over both"),
    (r"\sum_{k=0}^n a_k + b_k", "behind the sum or limit"),
    (r"\lim_{x \to 0} \frac{1}{x} - \frac{1}{\sin x}", "behind the sum or limit"),
    (r"x + x^2 \Big|_{x=1}", "may begin at the factor before it or earlier"),
    (r"x^2 \Big|_0^1", "without the name"),
    (r"\delta_i^j", "a Kronecker delta"),
    (r"\delta^{ij}", "a Kronecker delta"),
    (r"\epsilon_{ijk}", "sign of a permutation"),
    (r"\mathbf{a} \times \mathbf{b}", "a cross product"),
    (r"\varepsilon\sigma(T^4 - T_0^4)", "sigma before a sum of powers"),
    (r"\frac{d}{dx} \left. f(x) \right|_{x=0}", "derivative of a value at a point"),
    (r"t_{1/3}", "a subscript that is a fraction"),
    (r"[x^n] \frac{1}{1 - x}", "ask for a coefficient"),
    (r"[x] (1 + x)^2", "ask for a coefficient"),
    (r"\frac{\delta y}{\delta x}", "a derivative or cancel"),
    (r"w_{ij}^l", "a power or count layers"),
    (r"\theta^{l+1}_{ij}", "a power or count layers"),
    (r"(f*g)(x)", "may be applied to it"),
    (r"(f + g)(x)", "may be applied to it"),
    (r"a\,\mathrm{mod}\,b", "a remainder or a congruence"),
    (r"\mathbf{W}^{(1)} \mathbf{x}", "which is no number"),
    (r"{a + b} c", "braces, which are not printed"),
    (r"a - {b + c}", "braces, which are not printed"),
    (r"1.5\mathrm{e}{-3}", "braces, which are not printed"),
    (r"\sum_{|\alpha| \leq n} x^\alpha", "one number or several"),
    (r"k_{\rm B}", "about the letters"),
]
BROKEN = [
    (r"\frac{1}{2", "not closed", 8),
    (r"\left( x + 1", "not closed", 5),
    (r"x + 1)", "after the formula", 5),
    (r"x + 1 \right)", "after the formula", 12),
    (r"(x + 1]", "expected ')'", 6),
    (r"{x", "not closed", 0),
    (r"x}", "after the formula", 1),
    (r"|x", "not closed", 0),
    (r"\foo x", "unknown command", 0),
    (r"\alhpa", "did you mean 'alpha'", 0),
    (r"x +", "expected a value", 3),
    (r"\cdot x", "expected a value", 0),
    (r"x \cdot", "expected a value", 7),
    (r"x + + y", "two signs", 4),
    (r"\frac{}{2}", "nothing before it", 6),
    (r"\begin{cases} x \end{cases}", "without its condition", 16),
    (r"\begin{matrix} x \end{matrix}", "inside a formula", 0),
    (r"\left. x \right|", "invisible bracket", 5),
    ("x \x00", "unexpected character", 2),
    ("x ☃", "unexpected character", 2),
    (r"\input{file}", "defines or loads", 0),
]


class TestRefusals:
    @pytest.mark.parametrize(("text", "problem"), TRAPS, ids=[text for text, _ in TRAPS])
    def test_what_has_two_readings_is_refused(self, text: str, problem: str) -> None:
        with pytest.raises(LawSyntaxError, match=re.escape(problem)) as caught:
            read_latex(text)
        self.check(str(caught.value), text)

    @pytest.mark.parametrize(("text", "problem", "place"), BROKEN, ids=[ascii(text) for text, _, _ in BROKEN])
    def test_the_place_is_marked(self, text: str, problem: str, place: int) -> None:
        with pytest.raises(LawSyntaxError, match=re.escape(problem)) as caught:
            read_latex(text)
        assert f"at position {place + 1}: " in str(caught.value)
        self.check(str(caught.value), text)

    @staticmethod
    def check(message: str, text: str) -> None:
        """A message is one line; the mark in its excerpt stands at the position that it names."""
        assert "\n" not in message
        place = int(re.findall(r"at position (\d+): ", message)[-1]) - 1
        after = message.rpartition(MARK)[2]
        shown = "".join(letter if letter.isprintable() else "\ufffd" for letter in text[place : place + 10])
        assert after.startswith(shown)

    @pytest.mark.parametrize("text", ["", "  ", "\n", None, 3])
    def test_no_text(self, text: Any) -> None:
        for reader in (read_latex, read_latex_lines):
            with pytest.raises(LawSyntaxError, match=r"empty|expected text"):
                reader(text)

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            (r"x = = y", "two relations"),
            (r"x =", "expected a value"),
            (r"x = 1 ]", "after a statement"),
            (r"x = \dots", "two equal parts"),
            (r"\begin{align} x = 1", "not closed"),
            (r"x = 1 \end{align}", "not opened"),
            (r"\begin{align} x \end{aligned}", "not opened"),
            (r"\begin{tabular} x \end{tabular}", "does not know"),
            (r"x = 1, y", "without a relation"),
            (r"\forall i", "without its values"),
            (r"\begin{align} \\ \end{align}", "no line"),
            (r"\overset{!}{x}", "expected|no relation"),
            (r"\begin{align} x = 1 \[ y = 2 \]", "other end of which is missing"),
            (r"\[ y = 2 \] and \begin{align} x = 1", "other end of which is missing"),
            (r"a &= b & c", "without a relation"),
        ],
    )
    def test_broken_lines(self, text: str, problem: str) -> None:
        with pytest.raises(LawSyntaxError, match=problem):
            read_latex_lines(text)

    def test_values_that_are_not_finite(self) -> None:
        for text in (r"\frac{1}{0}", r"\ln 0", r"0^{-1}", r"\log_1 x"):
            with pytest.raises(LawValueError):
                read_latex(text)

    @pytest.mark.parametrize(
        "text",
        [
            "(" * 4000 + "x" + ")" * 4000,
            "x^{" * 300 + "2" + "}" * 300,
            r"\frac{" * 300 + "1",
            "{" * 3000,
            "x_{" * 500,
            "9" * 5000,
            "9^{9^{9^{9}}}",
            "10^{10^{10}}",
            "(2\\pi)^{10^9}",
            "99999!",
            r"\binom{10^9}{10^8}",
            r"\Gamma(10^8)",
            r"\zeta(10^6)",
            r"e^{e^{e^{e^{9}}}}",
            r"\sum_{k=0}^{\infty}" * 200,
            r"\begin{cases}" * 500,
            r"\underbrace{" * 500,
            "(x+1)" * 6000,
            "x" * 20_000,
            "The quick brown fox jumps over the lazy dog. " * 200,
            r"\max(" + ",".join(f"x_{{{number}}} + y" for number in range(100)) + ")",
            r"\alpha " * 30_000,
        ],
        ids=lambda text: text[:20],
    )
    def test_bombs_are_refused_at_once(self, text: str) -> None:
        start = time.process_time()
        for reader in (read_latex, read_latex_lines):
            with pytest.raises((LawSyntaxError, ResourceLimitError)):
                reader(text)
        assert time.process_time() - start < 1.0

    def test_names_that_are_code(self) -> None:
        for text in (r"\operatorname{os.system}(x)", r"\mathrm{__import__}", r"\text{a; b}", r"\operatorname{}(x)"):
            with pytest.raises(LawSyntaxError):
                read_latex(text)

    def test_declared_names_that_clash(self) -> None:
        with pytest.raises(LawNameError, match="printed like another"):
            read_latex("x", {"k1": Symbol("k1"), "k_1": Symbol("k_1")})
        with pytest.raises(LawSyntaxError, match="no single name"):
            read_latex("x", {"a + b": x})
        with pytest.raises(LawSyntaxError, match="without its argument"):
            read_latex("f + 1", {"f": Function("f")})


class TestNames:
    def test_vectors_do_not_commute(self) -> None:
        assert read_latex(r"\mathbf{A}\mathbf{B} - \mathbf{B}\mathbf{A}") != 0

    def test_a_sequence_is_apart_from_the_name_of_its_letter(self) -> None:
        total = read_latex(r"\sum_{n=0}^{k} k_n")
        assert total.subs(k, 2).doit() == sum(sequence("k")[number] for number in range(3))

    @pytest.mark.parametrize(
        "name", ["lambda_", "Alpha", "Omega", "alpha_beta", "k_HP_2", "x12", "abc_1_d", "E", "N", "S", "in_"]
    )
    def test_a_name_is_read_as_it_is_printed(self, name: str) -> None:
        assert read_latex(latex_name(name), {name: Symbol(name)}) == Symbol(name)
        if not name.endswith("_"):
            assert read_latex(latex_name("k_" + name), {"k_" + name: Symbol("k_" + name)}) == Symbol("k_" + name)

    @given(st.from_regex(r"[A-Za-z][A-Za-z0-9]{0,6}(_[A-Za-z0-9]{1,5}){0,2}", fullmatch=True))
    @settings(max_examples=100)
    def test_any_name(self, name: str) -> None:
        try:
            check_name(name, "name")
        except LawNameError:
            return
        assert read_latex(f"2 {latex_name(name)}", {name: Symbol(name)}) == 2 * Symbol(name)

    @pytest.mark.parametrize("name", ["x_", "_x", "ä", "été_1", "σ_y", "名"])
    def test_names_that_are_printed_as_text(self, name: str) -> None:
        assert read_latex(latex_name(name) + " + 1", {name: Symbol(name)}) == Symbol(name) + 1


NAMES_USED = ("x", "sigma_f", "k_HP", "T0", "lambda_", "c", "n")
VALUES = {name: Symbol(name) for name in NAMES_USED} | {"f": Function("f")}
PRINTED = {Symbol(name): latex_name(name) for name in NAMES_USED}
leaves = st.one_of(
    st.sampled_from([Symbol(name) for name in NAMES_USED]),
    st.integers(-12, 12).map(sympy.Integer),
    st.fractions(min_value=-5, max_value=5, max_denominator=12).map(lambda value: Rational(value.numerator, value.denominator)),
    st.sampled_from([sympy.pi, sympy.E]),
)
UNARY = [
    *(sympy.exp, sympy.log, sympy.tanh, sympy.sin, sympy.cosh, sympy.atan, sympy.erf, sympy.sqrt, sympy.Abs, Function("f")),
    *(sympy.gamma, sympy.zeta, sympy.asinh, sympy.sech, sympy.floor, lambda e: 1 / (1 + sympy.exp(-e)), lambda e: -e),
]


def grown(inner: st.SearchStrategy[sympy.Expr]) -> st.SearchStrategy[sympy.Expr]:
    exponents = st.sampled_from([2, 3, -1, -2, Rational(1, 2), Rational(-1, 2), Rational(2, 3), Rational(-3, 2), Symbol("n")])
    pairs = st.tuples(inner, inner)
    small = st.tuples(st.sampled_from([Symbol("n"), Symbol("c")]), st.integers(0, 3))
    return st.one_of(
        pairs.map(lambda pair: pair[0] + pair[1]),
        pairs.map(lambda pair: pair[0] * pair[1]),
        pairs.map(lambda pair: pair[0] - pair[1]),
        pairs.map(lambda pair: pair[0] / pair[1]),
        st.tuples(inner, exponents).map(lambda pair: pair[0] ** pair[1]),
        st.tuples(st.sampled_from(UNARY), inner).map(lambda pair: pair[0](pair[1])),
        small.map(lambda pair: sympy.factorial(pair[0] + pair[1])),
        small.map(lambda pair: sympy.binomial(pair[0], pair[1])),
        inner.map(lambda e: sympy.Sum(e * Symbol("x") ** k, (k, 0, sympy.oo))),
        inner.map(lambda e: sympy.Piecewise((e, Symbol("x") > 0), (0, True))),
    )


@given(st.recursive(leaves, grown, max_leaves=10))
@settings(max_examples=300)
def test_what_sympy_prints_is_read_back(expression: sympy.Expr) -> None:
    if expression.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo, sympy.I, sympy.AccumBounds):
        return
    printed = sympy.latex(expression, symbol_names=PRINTED)
    try:
        found = read_latex(printed, VALUES)
    except LawValueError:
        assert not expression.is_finite
        return
    assert found == expression or sympy.expand(found - expression) == 0, printed


def same(found: sympy.Expr, meant: sympy.Expr) -> bool:
    """Whether two expressions are equal, at most in another order of their parts."""
    return bool(found == meant or found.doit() == meant.doit() or sympy.expand(found - meant) == 0)


def shown_parameters(name: str, exact: dict[str, Any]) -> dict[str, Any]:
    """Return the letters that the formula of an activation has for its parameters, and for the constants of SELU."""
    letters = {
        "softplus": {"alpha": "alpha"}, "silu": {"beta": "beta"}, "power": {"r": "exponent"},
        "hard_tanh": {"m": "min_val", "M": "max_val"},
        "hard_sigmoid": {"a": "slope", "c": "offset"}, "leaky_relu": {"a": "slope"}, "prelu": {"a": "slope"},
        "elu": {"alpha": "alpha"}, "celu": {"alpha": "alpha"},
    }  # fmt: skip
    if name == "selu":
        return {"alpha": SELU[0], "lambda_": SELU[1]}
    if name == "polynomial":
        return {"d": len(exact["coefficients"]) - 1}
    return {letter: exact[key] for letter, key in letters.get(name, {}).items()}


# Klambauer et al., Self-normalizing neural networks, 2017, equation (14) and below
SELU = (Rational("1.6732632423543772848170429916717"), Rational("1.0507009873554804934193349852946"))


class TestOurOwnPrinting:
    @pytest.mark.parametrize(
        ("text", "variables"),
        [
            ("sigma_y = sigma_f + C*c**(2/3) + k/sqrt(d)", ("c", "d")),
            ("log(p) = a - L/(8.314*T)", ("T",)),
            ("y = A0*exp(-Q/(R*T))*(1 + b*x)**n", ("x", "T")),
            ("y = abs(x - x0) + tanh(w*x + b1)", ("x",)),
            ("y = erf(x/lambda_) + sinc(x)/2 + log10(k_HP)", ("x",)),
        ],
    )
    def test_laws(self, text: str, variables: tuple[str, ...]) -> None:
        law = Law(text, variables=variables)
        names = {name: Symbol(name) for name in (*law.variables, *law.constants, str(law.target))}
        [(_, left), (_, right)] = chain(law.to_latex(), names)
        assert right == law.expression
        assert left.has(Symbol(str(law.target)))

    def test_closed_forms(self) -> None:
        law = Law("sigma_y = sigma_f + C*c**(2/3) + k/sqrt(d)", variables=("c", "d"))
        for form in law.closed_form(TaylorSpace({"c": "1/20", "d": 10}, order=2)).values():
            printed = sympy.latex(form, symbol_names={item: latex_name(item.name) for item in form.free_symbols})
            assert read_latex(printed) == form

    @pytest.mark.parametrize("name", sorted(set(ACTIVATIONS)))
    def test_activations(self, name: str) -> None:
        """What is printed has the value of the definition, parameters at some numbers."""
        row = ACTIVATIONS[name]
        given = {"coefficients": (3, Rational(1, 2), -1)} if name == "polynomial" else {}
        exact = checked_parameters(name, {"exponent": Rational(2, 3)} if name == "power" else given)
        read = read_latex(row.latex).subs({Symbol(letter): value for letter, value in shown_parameters(name, exact).items()})
        if name == "polynomial":
            read = read.doit().replace(
                lambda part: isinstance(part, sympy.Indexed), lambda part: exact["coefficients"][part.indices[0]]
            )
        for value in (Rational(1, 3), Rational(5, 4), Rational(-7, 3)):
            if value > 0 or name not in {"log", "sqrt", "power"}:
                difference = read.subs(z, value) - row.expression(z, exact).subs(z, value)
                assert abs(sympy.N(difference, 20)) < 1e-15

    @pytest.mark.parametrize("name", generating_functions().names)
    def test_generating_functions(self, name: str) -> None:
        """Each term is read back as itself, and the line as function = first terms + sum; B is declared."""
        row = generating_functions()[name]
        free = set().union(*(part.free_symbols for part in (row.function, row.general, row.center, *row.early)))
        names = {symbol.name: symbol for symbol in free} | {"B": sympy.bernoulli}
        for part in (row.function, row.general, *row.early):
            assert same(read_latex(sympy.latex(part), names), part)
        [(_, left), (_, right)] = chain(row.to_latex(), names)
        step = row.variable - row.center
        start = sympy.Add(*(value * step**power for power, value in enumerate(row.early)))
        assert same(left, row.function)
        found = right - start
        total = sympy.Sum(row.general * step**n, (n, row.first, sympy.oo))
        assert isinstance(found, sympy.Sum)
        assert found.limits == total.limits
        assert same(found.function, total.function)

    def test_coefficients_of_laws(self) -> None:
        law = Law("y = A0*exp(-Q/(R*T))*(1 + b*x)**2", variables=("x", "T"))
        names = {name: Symbol(name) for name in law.constants}
        series = law.expand(TaylorSpace({"x": 0, "T": 500}, order=2))
        for value, (_, cell) in zip(series.coefficients, series.table().rows, strict=True):
            assert same(read_latex(cell.latex.strip("$"), names), value)

    @pytest.mark.parametrize("activation", ["tanh", "sigmoid", "exp"])
    def test_networks(self, activation: str) -> None:
        net = Network.symbolic((2, 2, 1), activation, inputs=("x", "y"))
        for formula in (net.expression(), net.general_coefficient(TaylorSpace({"x": 0, "y": 0}, order=1))):
            names = {symbol.name: symbol for symbol in formula.free_symbols}
            printed = sympy.latex(formula, symbol_names={symbol: latex_name(name) for name, symbol in names.items()})
            assert same(read_latex(printed, names), formula)

    def test_conditions_on_coefficients(self) -> None:
        found = Law("y = A*exp(-k*t)", variables=("t",)).invariants(TaylorSpace({"t": 1}, order=3))
        assert len(found) > 1
        for equation, (_, cell) in zip(found, found.table().rows, strict=True):
            [(_, left), (_, right)] = chain(cell.latex.strip("$"))
            assert sympy.expand(left - right - (equation.lhs - equation.rhs)) == 0

    def test_a_calculation_by_hand(self) -> None:
        space = TaylorSpace({"c": "1/20", "d": 10}, order=2)
        found = Law("sigma_y = sigma_f + C*c**(2/3) + k/sqrt(d)", variables=("c", "d")).closed_form(space)
        worked = {tuple(index): number + 2 for number, index in enumerate(space.multi_indices.tolist())}
        for line, (name, value) in zip(read_latex_lines(found.to_latex(worked=worked)), found.at(worked).items(), strict=True):
            assert str(line.relations[0][1]) == name
            assert same(line.relations[-1][1], value)
            assert sympy.simplify(line.relations[2][1] - value) == 0

    @pytest.mark.parametrize("value", [Rational(1, 3), -12, 0.25, 1.5e-7, -2.5e12, 123456.0])
    def test_numbers(self, value: Any) -> None:
        assert math.isclose(float(read_latex(latex_number(value))), float(value), rel_tol=1e-12)


class TestIndexSums:
    def test_against_brute_force(self) -> None:
        found = read_latex(r"\sum_{i + 2j = n} a_i b_j")
        u, v = sequence("a"), sequence("b")
        for total in range(6):
            pairs = [(p, q) for p in range(9) for q in range(9) if p + 2 * q == total]
            assert found.subs(n, total).doit() == sum(u[p] * v[q] for p, q in pairs)

    def test_conditions(self) -> None:
        found = read_latex(r"\sum_{k=0, k \neq j}^{n} x_k").subs({n: 3, j: 1}).doit()
        assert found == sum(sequence("x")[number] for number in (0, 2, 3))
        found = read_latex(r"\sum_{1 \leq i < j \leq n} x_i x_j").subs(n, 3).doit()
        assert found == sum(sequence("x")[p] * sequence("x")[q] for p, q in itertools.combinations((1, 2, 3), 2))

    def test_products(self) -> None:
        assert IndexProduct(i + 1, (i,), (sympy.Le(i, 3),)).doit() == 24

    def test_what_is_bound_is_not_free(self) -> None:
        total = IndexSum(i * j * x, (i, j), (Eq(i + j, n),))
        assert total.free_symbols == {x, n}
        assert total.subs(i, 5) == total

    def test_what_counts_a_run_is_not_put_in(self) -> None:
        run = Run(sequence("k")[j], (j, 1, d))
        assert run.subs(j, 5) == run
        assert run.free_symbols >= {d}
        assert run.func(*run.args) == run
        assert run.subs(d, 2).entries() == (sequence("k")[1], sequence("k")[2])

    def test_an_open_sum_stays(self) -> None:
        total = read_latex(r"\sum_k x^k")
        assert isinstance(total, IndexSum)
        assert total.doit() == total

    def test_too_many_terms(self) -> None:
        with pytest.raises(ResourceLimitError, match="limit"):
            IndexSum(i * j, (i, j), (sympy.Le(i, 10_000), sympy.Le(j, 10_000))).doit()


def test_every_error_is_of_the_family() -> None:
    """Pieces of LaTeX in any order are read or refused in one line, and nothing else happens."""
    pieces = r"x 2 { } ( ) ^ _ + - = , ! ' | / & \\ \frac \sum \dots \left \right \int d k \text{if} \sqrt \lim \to \sigma"
    pieces += r" a_i \tag{1} \begin{cases} \end{cases} \infty \mathrm{d} \partial \quad \forall \prod \binom \mathbf{x} f ( x )"
    pieces += r" . \sin \over"
    rng = random.Random(7)
    messages = []
    for _ in range(1500):
        text = " ".join(rng.choice(pieces.split()) for _ in range(rng.randint(1, 9)))
        for reader in (read_latex, read_latex_lines):
            try:
                reader(text)
            except SymseriesError as error:
                messages.append(str(error))
    assert len(messages) > 1500
    assert not [message for message in messages if "\n" in message]


J, MOL, KELVIN, PA, METRE, SECOND = units.joule, units.mole, units.kelvin, units.pascal, units.meter, units.second
QUANTITIES = [
    (r"5\,\mathrm{MPa}", 5 * 10**6 * PA),
    (r"5~\text{kJ/mol}", 5000 * J / MOL),
    (r"5 \text{ MPa}", 5 * 10**6 * PA),
    (r"8.314\,\mathrm{J\,mol^{-1}\,K^{-1}}", Rational(8314, 1000) * J / (MOL * KELVIN)),
    (r"8.314\;\mathrm{J/(mol\,K)}", Rational(8314, 1000) * J / (MOL * KELVIN)),
    (r"\SI{5}{MPa} + \sigma", 5 * 10**6 * PA + Symbol("sigma")),
    (r"\SI{-2.5e3}{\kilo\joule\per\mole\per\kelvin}", -2500000 * J / MOL / KELVIN),
    (r"\qty{3}{\metre\per\second\squared}", 3 * METRE / SECOND**2),
    (r"3 \si{kJ}", 3000 * J),
    (r"3 \unit{kJ}", 3000 * J),
    (r"2 \cdot 10^{-5}\,\mathrm{Pa}", PA / 50000),
    (r"\frac{1}{2}\,\mathrm{m}", METRE / 2),
    (r"5\,\mathrm{m}^2\,\mathrm{s}^{-1}", 5 * METRE**2 / SECOND),
    (r"5\,\mathrm{kJ}/\mathrm{mol}", 5000 * J / MOL),
    (r"5\,\mathrm{\mu m} + 5\,\text{µm} + 5\,\text{nm}", (10 * Rational(1, 10**6) + Rational(5, 10**9)) * METRE),
    (r"2\,\text{h} + 3\,\text{min}", 2 * units.hour + 3 * units.minute),
    (r"\exp(-\frac{50\,\mathrm{kJ}}{R \cdot 300\,\mathrm{K}})", sympy.exp(-50000 * J / (Symbol("R") * 300 * KELVIN))),
    (r"m + 5\,\mathrm{m}", Symbol("m") + 5 * METRE),
    (r"5\,\mu\mathrm{m} + 5\mu\text{s}^{-1}", METRE / 200000 + 5000000 / SECOND),
]


class TestUnits:
    @pytest.mark.parametrize(("text", "meant"), QUANTITIES, ids=[ascii(text) for text, _ in QUANTITIES])
    def test_a_number_with_its_unit(self, text: str, meant: sympy.Expr) -> None:
        assert read_latex(text) == meant

    def test_each_unit_is_what_its_prefix_says(self) -> None:
        powers = {"G": 9, "M": 6, "k": 3, "c": -2, "m": -3, "n": -9}
        prefixed = "GPa MPa kPa GJ MJ kJ MN kN kW MW mV kV mA mmol kmol keV MeV kHz GHz km cm mm nm mg kg ms ns mK mbar mL"
        for unit in prefixed.split():
            whole = read_latex(rf"1\,\mathrm{{{unit[1:]}}}")
            assert read_latex(rf"1\,\mathrm{{{unit}}}") == sympy.Integer(10) ** powers[unit[0]] * whole
        for unit, quantity in {"kg": units.kilogram, "mm": units.millimeter, "ms": units.millisecond, "L": units.liter}.items():
            base = [units.meter, units.gram, units.second]
            assert units.convert_to(read_latex(rf"1\,\mathrm{{{unit}}}"), base) == units.convert_to(quantity, base)

    def test_names_keep_their_meaning(self) -> None:
        kpa = Symbol("kPa")
        assert read_latex(r"2 \mathrm{Re} + \mathrm{m}") == 2 * Symbol("Re") + Symbol("m")
        assert read_latex(r"2\,\mathrm{kPa}", {"kPa": kpa}) == 2 * kpa
        assert read_latex(r"2\,\mathrm{e}^{x} + 2\,\mathrm{tanh}(x)") == 2 * sympy.exp(x) + 2 * sympy.tanh(x)
        assert read_latex(r"\int_0^1 2\,\mathrm{d}x") == sympy.Integral(2, (x, 0, 1))
        assert read_latex(r"x\,\mathrm{m}") == x * Symbol("m")

    @pytest.mark.parametrize("text", [r"\SI{1e999}{m}", r"5\,\mathrm{kPa}^{100000000}", r"5\,\mathrm{" + "m " * 5000 + "}"])
    def test_bombs(self, text: str) -> None:
        began = time.perf_counter()
        with pytest.raises(SymseriesError):
            read_latex(text)
        assert time.perf_counter() - began < 1

    @pytest.mark.parametrize(
        ("left", "right", "status"),
        [
            (r"1\,\mathrm{kJ}", r"1000\,\mathrm{J}", "proved"),
            (r"1\,\mathrm{J}", r"1\,\mathrm{N\,m}", "proved"),
            (r"x \cdot 1\,\mathrm{bar}", r"x \cdot 100\,\mathrm{kPa}", "proved"),
            (r"\sqrt{4\,\mathrm{m}^2}", r"2\,\mathrm{m}", "proved"),
            (units.joule, units.newton * units.meter, "proved"),
            (r"\SI{1}{eV}", r"1.602176634 \cdot 10^{-19}\,\mathrm{J}", "proved"),
            (r"1\,\mathrm{kJ}", r"999\,\mathrm{J}", "refuted"),
            (r"1\,\mathrm{kJ}", r"1000\,\mathrm{K}", "refuted"),
        ],
    )
    def test_quantities_are_verified(self, left: Any, right: Any, status: str) -> None:
        found = verify(left, right)
        assert found.status == status
        assert (found.witness is not None) == (status == "refuted")

    def test_different_dimensions_are_said(self) -> None:
        found = verify(r"1\,\mathrm{kJ}", r"1000\,\mathrm{K}")
        assert found.warnings == ("only the left side has kilogram, metre, second", "only the right side has kelvin")

    def test_a_name_like_a_base_unit(self) -> None:
        with pytest.raises(LawNameError, match="rename it"):
            verify(r"\mathrm{metre} + 1\,\mathrm{m}", "x")


a, b, c, d = sympy.symbols("a b c d")


@pytest.mark.parametrize(
    "matrix",
    [
        sympy.ImmutableMatrix([[a, b], [c, d]]),
        sympy.ImmutableMatrix([[a**2 + b / c, sympy.sqrt(d), -1]]),
        sympy.ImmutableMatrix([sympy.exp(-a), sympy.Rational(1, 2)]),
    ],
)
def test_a_matrix_is_read_back(matrix: sympy.Matrix) -> None:
    inside = sympy.latex(matrix, mat_delim="", mat_str="pmatrix")
    assert read_latex(sympy.latex(matrix)) == read_latex(inside) == matrix


def test_matrices_are_verified_entry_by_entry() -> None:
    product = r"\begin{bmatrix} a^2+bc & ab+bd \\ ac+cd & bc+d^2 \end{bmatrix}"
    M = sympy.Matrix([[a, b], [c, d]])
    assert verify(product, M * M).status == "proved"
    found = verify(product.replace("bc+d^2", "d^2"), M * M)
    assert found.status == "refuted"
    assert "entry 2, 2" in str(found.witness)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (r"\begin{pmatrix} a & b \\ c \end{pmatrix}", "a matrix whose rows have 2, 1 entries at position 1"),
        (r"\begin{pmatrix} a & \\ c & d \end{pmatrix}", "a matrix with an empty entry"),
        (r"2 \begin{pmatrix} a \\ c \end{pmatrix}", "pmatrix"),
        (r"\begin{matrix} a \\ c \end{matrix}", "matrix"),
        (r"\begin{pmatrix} \begin{pmatrix} a \end{pmatrix} \end{pmatrix}", "an environment inside a matrix"),
    ],
)
def test_what_is_no_matrix_is_refused(text: str, said: str) -> None:
    with pytest.raises(LawSyntaxError, match=re.escape(said)):
        read_latex(text)
