# ruff: noqa: E501 - the lines are those of the transcription
r"""The numbered equations of the source paper as its LaTeX was transcribed: a data module, number to text, and the repairs.

The text is the transcription's own, misprints of the paper included; what was changed so that it is one formula is said in
`REPAIRS`. The numbers themselves, `(7)` or `\tag{7}`, are taken out of the formulas. `REFUSED` are those that the reader
refuses, with what it says; `NAMES` says which names have to be declared for the others, in words of this field.
"""

from __future__ import annotations

import sympy

EULER = {"E": sympy.euler, "B": sympy.bernoulli}
NAMES: dict[int, dict[str, object]] = {
    23: {r"\mathbf{z}": sympy.Symbol("z")},
    37: {"alpha": sympy.Function("alpha")},
    **dict.fromkeys(range(50, 56), EULER),
}
REPAIRS: dict[int, str] = {
    46: "none; it has lost its number, and stands between (45) and (47)",
    57: "its display, which it shares with (56), cut before it; the left side of (56) repeated",
}
REFUSED: dict[int, str] = {
    2: "dots a second time",
    5: "conditions that are left out",
    8: "dots a second time",
    10: "dots a second time",
    17: "conditions that are left out",
    39: "dots a second time",
    41: "dots a second time",
    48: "conditions that are left out",
}
EQUATIONS: dict[int, str] = {
    1: r"""
\begin{aligned}
 \sigma(x) &= s_0 + s_1x + s_2x^2 + \cdots \\
 &= \sum_{k=0}^{\infty} s_k x^k.
 \end{aligned}
""",
    2: r"""
\begin{aligned}
 \forall i &= 1, \dots, d, \\
 x_i &= a_{0,0,\dots,0}^{(i)} + a_{1,0,\dots,0}^{(i)} z_1 + a_{2,0,\dots,0}^{(i)} z_1^2 + \cdots \\
 &\quad + a_{0,1,\dots,0}^{(i)} z_2 + a_{1,1,\dots,0}^{(i)} z_1 z_2 + a_{2,1,\dots,0}^{(i)} z_1^2 z_2 + \cdots \\
 &\quad + a_{0,0,\dots,1}^{(i)} z_w + a_{1,0,\dots,1}^{(i)} z_1 z_w + a_{2,0,\dots,1}^{(i)} z_1^2 z_w + \cdots \\
 &= \sum_{n_1, n_2, \dots, n_w}^{\infty, \infty, \dots, \infty} a_{n_1, n_2, \dots, n_w}^{(i)} z_1^{n_1} z_2^{n_2} \cdots z_w^{n_w}.
 \end{aligned}
""",
    3: r"""
\mathbf{y} = \sigma(\Theta \mathbf{x})
""",
    4: r"""
\begin{aligned}
 \forall i &= 1, \dots, c, \\
 y_i &= [\sigma(\Theta \mathbf{x})]_i \\
 &= \sigma(\theta_i \mathbf{x}) \\
 &= \sum_{k=0}^{\infty} s_k (\theta_i \mathbf{x})^k \\
 &= \sum_{k=0}^{\infty} s_k \left(\sum_{j=1}^d \theta_{ij} x_j \right)^k \\
 &= \sum_{k=0}^{\infty} s_k \left(\sum_{k_1+\dots+k_d=k} \binom{k}{k_1, \dots, k_d} \prod_{j=1}^d (\theta_{ij} x_j)^{k_j} \right) \\
 &= \sum_{k=0}^{\infty} s_k \left(\sum_{k_1+\dots+k_d=k} \binom{k}{k_1, \dots, k_d} \prod_{j=1}^d \theta_{ij}^{k_j} \left(\sum_{n_1, \dots, n_w}^{\infty, \dots, \infty} a_{n_1, \dots, n_w}^{(j)} z_1^{n_1} \dots z_w^{n_w} \right)^{k_j} \right) \\
 &= \sum_{k=0}^{\infty} s_k \left(\sum_{k_1+\dots+k_d=k} \binom{k}{k_1, \dots, k_d} \prod_{j=1}^d \theta_{ij}^{k_j} \left(\sum_{\|\mathbf{L}\|_1=k_j} \binom{k_j}{\mathbf{L}} \prod_{n_1, \dots, n_w}^{\infty, \dots, \infty} (a_{n_1, \dots, n_w}^{(j)} z_1^{n_1} \dots z_w^{n_w})^{l_{n_1, \dots, n_w}} \right) \right).
 \end{aligned}
""",
    5: r"""
b_{m_1, \dots, m_w}^{(i)} = \sum_{k=0}^{\infty} s_k \sum_{k_1 + \dots + k_d = k} \binom{k}{k_1, \dots, k_d} \prod_{j=1}^d \theta_{ij}^{k_j} \sum_{\substack{l_0, \dots, l_{\infty} + \dots + l_{\infty} = k_j \\ \sum_{n_1, \dots, n_w}^{m_1, \dots, m_w} n_1 l_{n_1, \dots, n_w} = m_1 \\ \vdots \\ \sum_{n_1, \dots, n_w}^{m_1, \dots, m_w} n_w l_{n_1, \dots, n_w} = m_w}} \binom{k_j}{\mathbf{L}} (a_{n_1, \dots, n_w}^{(j)})^{l_{n_1, \dots, n_w}}
""",
    6: r"""
 \sigma_y = \sigma_f + \sum_{k=0}^{\infty} \sum_{l_1=0}^k \binom{k}{l_1, l_2} \left(\alpha_k \prod_{m=1}^2 (\mathbf{S}_{\text{solute}})_{m}^{l_m} + b_k \prod_{m=1}^2 (\mathbf{S}_{\text{Hall-Petch}})_{m}^{l_m} \right) \prod_{m=1}^2 \mathbf{x}_m^{l_m}
""",
    7: r"""
\begin{aligned} \sigma(x) &= s_0 + s_1x + s_2x^2 + \cdots \\  &= \sum_{k=0}^{\infty} s_k x^k. \end{aligned}
""",
    8: r"""
\begin{aligned} \forall i &= 1, \dots, d, \\ x_i &= a_{0,0,\dots,0}^{(i)} + a_{1,0,\dots,0}^{(i)} z_1 + a_{2,0,\dots,0}^{(i)} z_1^2 + \cdots \\ &\quad + a_{0,1,\dots,0}^{(i)} z_2 + a_{1,1,\dots,0}^{(i)} z_1 z_2 + a_{2,1,\dots,0}^{(i)} z_1^2 z_2 + \cdots \\ &\quad + a_{0,0,\dots,1}^{(i)} z_w + a_{1,0,\dots,1}^{(i)} z_1 z_w + a_{2,0,\dots,1}^{(i)} z_1^2 z_w + \cdots \\  &= \sum_{n_1, n_2, \dots, n_w}^{\infty, \infty, \dots, \infty} a_{n_1, n_2, \dots, n_w}^{(i)} z_1^{n_1} z_2^{n_2} \cdots z_w^{n_w}. \end{aligned}
""",
    9: r"""
 \mathbf{y} = \sigma(\Theta \mathbf{x})
""",
    10: r"""
 \begin{aligned} & \forall i = 1, \dots, c, \\ & y_i = b_{0,0,\dots,0}^{(i)} + b_{1,0,\dots,0}^{(i)} z_1 + b_{2,0,\dots,0}^{(i)} z_1^2 + \dots \\ & \quad + b_{0,1,\dots,0}^{(i)} z_2 + b_{1,1,\dots,0}^{(i)} z_1 z_2 + b_{2,1,\dots,0}^{(i)} z_1^2 z_2 + \dots \\ & \quad + b_{0,0,\dots,1}^{(i)} z_w + b_{1,0,\dots,1}^{(i)} z_1 z_w + b_{2,0,\dots,1}^{(i)} z_1^2 z_w + \dots \\ & = \sum_{n_1, n_2, \dots, n_w}^{\infty, \infty, \dots, \infty} b_{n_1, n_2, \dots, n_w}^{(i)} z_1^{n_1} z_2^{n_2} \dots z_w^{n_w}. \end{aligned}
""",
    11: r"""
\begin{aligned}
& \forall i = 1, \dots, c, \\
& y_i = [\sigma(\Theta \mathbf{x})]_i \\
& = \sigma(\theta_i \mathbf{x}) \\
& = \sum_{k=0}^{\infty} s_k (\theta_i \mathbf{x})^k \\
& = \sum_{k=0}^{\infty} s_k \left(\sum_{j=1}^d \theta_{ij} x_j \right)^k \\
& = \sum_{k=0}^{\infty} s_k \left(\sum_{k_1 + \dots + k_d = k} \binom{k}{k_1, \dots, k_d} \prod_{j=1}^d (\theta_{ij} x_j)^{k_j} \right) \\
& = \sum_{k=0}^{\infty} s_k \left(\sum_{k_1 + \dots + k_d = k} \binom{k}{k_1, \dots, k_d} \prod_{j=1}^d \theta_{ij}^{k_j} \left(\sum_{n_1, \dots, n_w}^{\infty, \dots, \infty} a_{n_1, \dots, n_w}^{(j)} z_1^{n_1} \dots z_w^{n_w} \right)^{k_j} \right) \\
& = \sum_{k=0}^{\infty} s_k \left(\sum_{k_1 + \dots + k_d = k} \binom{k}{k_1, \dots, k_d} \prod_{j=1}^d \theta_{ij}^{k_j} \left(\sum_{\|\mathbf{L}\|_1 = k_j} \binom{k_j}{\mathbf{L}} \prod_{n_1, \dots, n_w}^{\infty, \dots, \infty} (a_{n_1, \dots, n_w}^{(j)} z_1^{n_1} \dots z_w^{n_w})^{l_{n_1, \dots, n_w}} \right) \right).
\end{aligned}
""",
    12: r"""
 k = \sum_{n=1}^d k_n
""",
    13: r"""
 k_j = \|\mathbf{L}\|_1
""",
    14: r"""
\begin{aligned}
m_1 &= \sum_{n_1, \dots, n_w}^{\infty, \dots, \infty} n_1 l_{n_1, \dots, n_w} \\
m_2 &= \sum_{n_1, \dots, n_w}^{\infty, \dots, \infty} n_2 l_{n_1, \dots, n_w} \\
&\vdots = \vdots \\
m_3 &= \sum_{n_1, \dots, n_w}^{\infty, \dots, \infty} n_w l_{n_1, \dots, n_w}.
\end{aligned}
""",
    15: r"""
l_{n_1, \dots, n_{p-1}, m_p+1, n_{p+1}, \dots, n_w} = l_{n_1, \dots, n_{p-1}, m_p+2, n_{p+1}, \dots, n_w} = \dots = 0.
""",
    16: r"""
\begin{aligned}
m_1 &= \sum_{n_1, \dots, n_w}^{m_1, \dots, m_w} n_1 l_{n_1, \dots, n_w} \\
m_2 &= \sum_{n_1, \dots, n_w}^{m_1, \dots, m_w} n_2 l_{n_1, \dots, n_w} \\
&\vdots = \vdots \\
m_w &= \sum_{n_1, \dots, n_w}^{m_1, \dots, m_w} n_w l_{n_1, \dots, n_w}.
\end{aligned}
""",
    17: r"""
 b_{m_1, \dots, m_w}^{(i)} = \sum_{k=0}^{\infty} s_k \sum_{k_1 + \dots + k_d = k} \binom{k}{k_1, \dots, k_d} \prod_{j=1}^d \theta_{ij}^{k_j} \sum_{\substack{l_0, \dots, l_w + \dots + l_{\infty, \dots, \infty} = k_j \\ \sum_{n_1, \dots, n_w}^{m_1, \dots, m_w} n_1 l_{n_1, \dots, n_w} = m_1 \\ \vdots \\ \sum_{n_1, \dots, n_w}^{m_1, \dots, m_w} n_w l_{n_1, \dots, n_w} = m_w}} \binom{k_j}{\mathbf{L}} (a_{n_1, \dots, n_w}^{(j)})^{l_{n_1, \dots, n_w}}
""",
    18: r"""
 \sigma(\mathbf{z})_i = \frac{e^{z_i}}{\sum_{j=1}^k e^{z_j}}
""",
    19: r"""
 \mathbf{Z} = \sum_{j=1}^k e^{z_j}
""",
    20: r"""
 e^{z_i} = \sum_{k=0}^{\infty} \frac{1}{k!} z_i^k
""",
    21: r"""
 \sigma(\mathbf{z})_i = \sum_{k=0}^{\infty} \alpha_k z_i^k
""",
    22: r"""
 f(x) = \begin{cases} x, & \text{if } x > 0 \\ 0, & \text{otherwise} \end{cases}
""",
    23: r"""
 \alpha_n = \begin{cases} 1 & \mathbf{z} > 0 \\ 0 & \text{otherwise} \end{cases}
""",
    24: r"""
 \alpha_n = \begin{cases} 1 & \mathbf{n} = 1 \\ 0 & \text{otherwise} \end{cases}
""",
    25: r"""
 \left(\sum_{k=0}^{\infty} a_k x^k \right)^n = \sum_{k=0}^{\infty} c_k x^k
""",
    26: r"""
 (a + x)^n = \sum_{k=0}^n \binom{n}{k} x^k a^{n-k}
""",
    27: r"""
 \frac{\sum_{k=0}^{\infty} b_k x^k}{\sum_{k=0}^{\infty} a_k x^k} = \frac{1}{a_0} \sum_{k=0}^{\infty} c_k x^k
""",
    28: r"""
 c_n + \frac{1}{a_0} \sum_{k=1}^n c_{n-k} a_k - b_n = 0
""",
    29: r"""
 k = \sum_{n=0}^{\infty} k_n
""",
    30: r"""
 C z^{0k_0+1k_1+2k_2+\dots} = (a_0 z^0)^{k_0} (a_1 z^1)^{k_1} (a_2 z^2)^{k_2} \dots = \prod_{n=0}^{\infty} (a_n z^n)^{k_n}
""",
    31: r"""
 i = \sum_{n=0}^{\infty} n k_n.
""",
    32: r"""
 k = \sum_{n=0}^i k_n, \quad i = \sum_{n=0}^i n k_n
""",
    33: r"""
 b_i = \sum_{k=0}^{\infty} s_k \theta^k \sum_{\substack{k_0+k_1+\dots+k_i=k \\ 0k_0+1k_1+\dots+ik_i=i}} \binom{k}{k_0, k_1, \dots, k_i} \prod_{n=0}^{\infty} a_n^{k_n}.
""",
    34: r"""
 \sigma(z; \alpha) = \frac{1}{\alpha} \ln(1 + e^{\alpha z}).
""",
    35: r"""
 \begin{aligned} \sigma_y &= \sigma_f + C[c]^{2/3} + \frac{k}{\sqrt{d}} \\ &= \sigma_f + \underbrace{\sum_{k=0}^{\infty} a_k [c]^k}_{\text{solute}} + \underbrace{\sum_{k=0}^{\infty} b_k d^k}_{\text{Hall-Petch}} \\ &= \sigma_f + \sum_{k=0}^{\infty} a_k (\mathbf{S}_{\text{solute}} \mathbf{x})^{\circ k} + \sum_{k=0}^{\infty} b_k (\mathbf{S}_{\text{Hall-Petch}} \mathbf{x})^{\circ k} \end{aligned}
""",
    36: r"""
 \sigma_y = \sigma_f + \sum_{k=0}^{\infty} \sum_{l_1=0}^k \binom{k}{l_1, l_2} \left(a_k \prod_{m=1}^2 (\mathbf{S}_{\text{solute}})_m^{l_m} + b_k \prod_{m=1}^2 (\mathbf{S}_{\text{Hall-Petch}})_m^{l_m} \right) \prod_{m=1}^2 \mathbf{x}_m^{l_m}
""",
    37: r"""
 \alpha_k(\mathbf{z}) = \begin{cases} -\bar{\mathbf{z}}/\sigma & \text{if } k = 0, \\ 1/\sigma & \text{if } k = 1, \\ 0 & \text{otherwise} \end{cases}
""",
    38: r"""
 \begin{aligned} \sigma(x) &= s_0 + s_1x + s_2x^2 + \cdots \\ &= \sum_{k=0}^{\infty} s_k x^k. \end{aligned}
""",
    39: r"""
\begin{aligned}
& \forall i = 1, \dots, d, \\
& x_i = a_{0,0,\dots,0}^{(i)} + a_{1,0,\dots,0}^{(i)} z_1 + a_{2,0,\dots,0}^{(i)} z_1^2 + \dots \\
& \quad + a_{0,1,\dots,0}^{(i)} z_2 + a_{1,1,\dots,0}^{(i)} z_1 z_2 + a_{2,1,\dots,0}^{(i)} z_1^2 z_2 + \dots \\
& \quad + a_{0,0,\dots,1}^{(i)} z_w + a_{1,0,\dots,1}^{(i)} z_1 z_w + a_{2,0,\dots,1}^{(i)} z_1^2 z_w + \dots \\
 & = \sum_{n_1, n_2, \dots, n_w}^{\infty, \infty, \dots, \infty} a_{n_1, n_2, \dots, n_w}^{(i)} z_1^{n_1} z_2^{n_2} \dots z_w^{n_w}.
\end{aligned}
""",
    40: r"""
 \mathbf{y} = \sigma(\Theta \mathbf{x})
""",
    41: r"""
\begin{aligned}
& \forall i = 1, \dots, c, \\
& y_i = b_{0,0,\dots,0}^{(i)} + b_{1,0,\dots,0}^{(i)} z_1 + b_{2,0,\dots,0}^{(i)} z_1^2 + \dots \\
& \quad + b_{0,1,\dots,0}^{(i)} z_2 + b_{1,1,\dots,0}^{(i)} z_1 z_2 + b_{2,1,\dots,0}^{(i)} z_1^2 z_2 + \dots \\
& \quad + b_{0,0,\dots,1}^{(i)} z_w + b_{1,0,\dots,1}^{(i)} z_1 z_w + b_{2,0,\dots,1}^{(i)} z_1^2 z_w + \dots \\
 & = \sum_{n_1, n_2, \dots, n_w}^{\infty, \infty, \dots, \infty} b_{n_1, n_2, \dots, n_w}^{(i)} z_1^{n_1} z_2^{n_2} \dots z_w^{n_w}.
\end{aligned}
""",
    42: r"""
\begin{aligned}
& \forall i = 1, \dots, c, \\
& y_i = [\sigma(\Theta \mathbf{x})]_i \\
& = \sigma(\theta_i \mathbf{x}) \\
& = \sum_{k=0}^{\infty} s_k (\theta_i \mathbf{x})^k \\
& = \sum_{k=0}^{\infty} s_k \left(\sum_{j=1}^d \theta_{ij} x_j \right)^k \\
& = \sum_{k=0}^{\infty} s_k \left(\sum_{k_1 + \dots + k_d = k} \binom{k}{k_1, \dots, k_d} \prod_{j=1}^d (\theta_{ij} x_j)^{k_j} \right) \\
& = \sum_{k=0}^{\infty} s_k \left(\sum_{k_1 + \dots + k_d = k} \binom{k}{k_1, \dots, k_d} \prod_{j=1}^d \theta_{ij}^{k_j} \left(\sum_{n_1, \dots, n_w}^{\infty, \dots, \infty} a_{n_1, \dots, n_w}^{(j)} z_1^{n_1} \dots z_w^{n_w} \right)^{k_j} \right) \\
& = \sum_{k=0}^{\infty} s_k \left(\sum_{k_1 + \dots + k_d = k} \binom{k}{k_1, \dots, k_d} \prod_{j=1}^d \theta_{ij}^{k_j} \left(\sum_{\|\mathbf{L}\|_1 = k_j} \binom{k_j}{\mathbf{L}} \prod_{n_1, \dots, n_w}^{\infty, \dots, \infty} (a_{n_1, \dots, n_w}^{(j)} z_1^{n_1} \dots z_w^{n_w})^{l_{n_1, \dots, n_w}} \right) \right).
\end{aligned}
""",
    43: r"""
 k = \sum_{n=1}^d k_n
""",
    44: r"""
 k_j = \|\mathbf{L}\|_1
""",
    45: r"""
\begin{aligned}
m_1 &= \sum_{n_1, \dots, n_w}^{\infty, \dots, \infty} n_1 l_{n_1, \dots, n_w} \\
m_2 &= \sum_{n_1, \dots, n_w}^{\infty, \dots, \infty} n_2 l_{n_1, \dots, n_w} \\
&\vdots = \vdots \\
m_3 &= \sum_{n_1, \dots, n_w}^{\infty, \dots, \infty} n_w l_{n_1, \dots, n_w}.
\end{aligned}
""",
    46: r"""
l_{n_1, \dots, n_{p-1}, m_p+1, n_{p+1}, \dots, n_w} = l_{n_1, \dots, n_{p-1}, m_p+2, n_{p+1}, \dots, n_w} = \dots = 0.
""",
    47: r"""
\begin{aligned}
m_1 &= \sum_{n_1, \dots, n_w}^{m_1, \dots, m_w} n_1 l_{n_1, \dots, n_w} \\
m_2 &= \sum_{n_1, \dots, n_w}^{m_1, \dots, m_w} n_2 l_{n_1, \dots, n_w} \\
&\vdots = \vdots \\
m_w &= \sum_{n_1, \dots, n_w}^{m_1, \dots, m_w} n_w l_{n_1, \dots, n_w}.
\end{aligned}
""",
    48: r"""
\begin{aligned}
b_{m_1, \dots, m_w}^{(i)} &= \sum_{k=0}^{\infty} s_k \sum_{k_1 + \dots + k_d = k} \binom{k}{k_1, \dots, k_d} \prod_{j=1}^d \theta_{ij}^{k_j} \sum_{\substack{l_0, \dots, l_d + \dots + l_{\infty} = k_j \\ \sum_{n_1, \dots, n_w}^{m_1, \dots, m_w} n_1 l_{n_1, \dots, n_w} = m_1 \\ \vdots \\ \sum_{n_1, \dots, n_w}^{m_1, \dots, m_w} n_w l_{n_1, \dots, n_w} = m_w}} \binom{k_j}{\mathbf{L}} (a_{n_1, \dots, n_w}^{(j)})^{l_{n_1, \dots, n_w}}
\end{aligned}
""",
    49: r"""
 \sigma(x) = \frac{1}{1 + e^{-x}}
""",
    50: r"""
 \frac{2e^{xt}}{1 + e^t} = \sum_{n=0}^{\infty} E_n(x) \frac{t^n}{n!}
""",
    51: r"""
 \sigma(x) = \frac{1}{2} \sum_{n=0}^{\infty} E_n(0) \frac{(-1)^n}{n!}.
""",
    52: r"""
 E_n(0) = -2(n+1)^{-1} (2^{n+1} - 1) B_{n+1}
""",
    53: r"""
 \sigma(x) = \frac{1}{2} - \frac{1}{2} \sum_{n=1}^{\infty} \left(\frac{E_{2n-1}(0)}{(2n-1)!} \right) x^{2n-1}.
""",
    54: r"""
 E_{2n-1}(x) = \frac{(-1)^n 4(2n-1)!}{\pi^{2n+1}} \sum_{k=0}^{\infty} \frac{\cos[(2k+1)\pi x]}{(2k+1)^{2n}}
""",
    55: r"""
 E_{2n-1}(0) = \frac{(-1)^n 4(2n-1)!}{\pi^{2n+1}} \sum_{k=0}^{\infty} \frac{1}{(2k+1)^{2n}}
""",
    56: r"""
\begin{aligned}
\quad \sigma(x) &= \frac{1}{2} - \sum_{n=1}^{\infty} 2 \frac{(-1)^n}{\pi^{2n}} \left(\sum_{k=0}^{\infty} \frac{1}{(2k+1)^{2n}} \right) x^{2n-1} \\
&= \frac{1}{2} - \sum_{n=1}^{\infty} 2 \frac{(-1)^n}{\pi^{2n}} (4^{-n} (4^n - 1) \zeta(2n)) x^{2n-1} \\
&= \frac{1}{2} - \sum_{n=1}^{\infty} 2 \underbrace{\left(\frac{-1}{4\pi^2} \right)^n (4^n - 1) \zeta(2n)}_{a_n} x^{2n-1} \\
\quad
\end{aligned}
""",
    57: r"""
\begin{aligned}
\sigma(x) &= \sum_{n=0}^{\infty} a_n x^n, \quad a_n = \begin{cases} 1/2 & n = 0 \\ -2 \left(\frac{-1}{4\pi^2} \right)^{(n+1)/2} (4^{(n+1)/2} - 1) \zeta(n+1) & n \text{ odd} \\ 0 & n \text{ even} \end{cases}
\end{aligned}
""",
    58: r"""
\begin{aligned}
b_0 &= \sum_{k=0}^{\infty} s_k \theta^k \sum_{\substack{k_0+k_1+\dots=k \\ 0k_0+1k_1+\dots=0}} \binom{k}{k_0, k_1, \dots} \prod_{n=0}^{\infty} a_n^{k_n} \\
&= \sum_{k=0}^{\infty} s_k \theta^k \binom{k}{k} a_0^k \\
 &= \sum_{k=0}^{\infty} s_k \theta^k a_0^k
\end{aligned}
""",
    59: r"""
\begin{aligned}
b_1 &= \sum_{k=0}^{\infty} s_k \theta^k \sum_{\substack{k_0+k_1+\dots=k \\ 0k_0+1k_1+\dots=1}} \binom{k}{k_0, k_1, \dots} \prod_{n=0}^{\infty} a_n^{k_n} \\
&= \sum_{k=1}^{\infty} s_k \theta^k \binom{k}{k-1, 1} a_0^{k-1} a_1 \\
 &= \sum_{k=1}^{\infty} k s_k \theta^k a_0^{k-1} a_1
\end{aligned}
""",
    60: r"""
\begin{aligned}
b_2 &= \sum_{k=0}^{\infty} s_k \theta^k \sum_{\substack{k_0+k_1+\dots=k \\ 0k_0+1k_1+\dots=2}} \binom{k}{k_0, k_1, \dots} \prod_{n=0}^{\infty} a_n^{k_n} \\
&= \sum_{k=2}^{\infty} s_k \theta^k \left(\binom{k}{k-2, 2, 0} a_0^{k-2} a_1^2 \right) + \sum_{k=1}^{\infty} s_k \theta^k \left(\binom{k}{k-1, 0, 1} a_0^{k-1} a_2 \right) \\
 &= s_1 \theta a_2 + \sum_{k=2}^{\infty} s_k \theta^k \left(\frac{k(k-1)}{2} a_0^{k-2} a_1^2 + k a_0^{k-1} a_2 \right)
\end{aligned}
""",
}
