"""The works that the course stands on, by citation key.

>>> print(cite("Bordelon2024"))
Bordelon, Atanasov, Pehlevan (2024). A Dynamical Model of Neural Scaling Laws. arXiv:2402.01092
"""

from __future__ import annotations

from dataclasses import dataclass

from scalinglab._checks import one_of

__all__ = ["REFERENCES", "Reference", "cite"]


@dataclass(frozen=True)
class Reference:
    """One work: who, when, what, and its number on arXiv (empty for a work that is not there)."""

    key: str
    authors: str
    year: int
    title: str
    arxiv: str = ""
    venue: str = ""

    @property
    def link(self) -> str:
        """The address of the abstract, or an empty string."""
        return f"https://arxiv.org/abs/{self.arxiv}" if self.arxiv else ""

    def __str__(self) -> str:
        place = f"arXiv:{self.arxiv}" if self.arxiv else self.venue
        return f"{self.authors} ({self.year}). {self.title}. {place}"

    def _repr_markdown_(self) -> str:
        title = f"[{self.title}]({self.link})" if self.link else self.title
        return f"{self.authors} ({self.year}). {title}. {self.venue}".rstrip()


_ALL = (
    Reference(
        "Wang2025",
        "Wang, Luo, Poggio, Chuang, Ziyin",
        2025,
        "A universal compression theory for lottery ticket hypothesis and neural scaling laws",
        "2510.00504",
        "ICLR 2026",
    ),
    Reference("Rosenfeld2021", "Rosenfeld", 2021, "Scaling Laws for Deep Learning", "2108.07686", "PhD thesis, MIT"),
    Reference(
        "Rosenfeld2019",
        "Rosenfeld, Rosenfeld, Belinkov, Shavit",
        2019,
        "A Constructive Prediction of the Generalization Error Across Scales",
        "1909.12673",
        "ICLR 2020",
    ),
    Reference(
        "Rosenfeld2020",
        "Rosenfeld, Frankle, Carbin, Shavit",
        2020,
        "On the Predictability of Pruning Across Scales",
        "2006.10621",
        "ICML 2021",
    ),
    Reference(
        "Hoffmann2022",
        "Hoffmann, Borgeaud, Mensch, Buchatskaya, Cai, Rutherford, et al.",
        2022,
        "Training Compute-Optimal Large Language Models",
        "2203.15556",
        "NeurIPS 2022",
    ),
    Reference(
        "Besiroglu2024",
        "Besiroglu, Erdil, Barnett, You",
        2024,
        "Chinchilla Scaling: A replication attempt",
        "2404.10102",
    ),
    Reference(
        "Bordelon2024",
        "Bordelon, Atanasov, Pehlevan",
        2024,
        "A Dynamical Model of Neural Scaling Laws",
        "2402.01092",
        "ICML 2024",
    ),
    Reference(
        "Paquette2024",
        "Paquette, Paquette, Xiao, Pennington",
        2024,
        "4+3 Phases of Compute-Optimal Neural Scaling Laws",
        "2405.15074",
        "NeurIPS 2024",
    ),
    Reference(
        "Maloney2022",
        "Maloney, Roberts, Sully",
        2022,
        "A Solvable Model of Neural Scaling Laws",
        "2210.16859",
    ),
    Reference(
        "Bahri2021",
        "Bahri, Dyer, Kaplan, Lee, Sharma",
        2021,
        "Explaining Neural Scaling Laws",
        "2102.06701",
        "PNAS 121(27), 2024",
    ),
    Reference(
        "Weideman2007",
        "Weideman, Trefethen",
        2007,
        "Parabolic and hyperbolic contours for computing the Bromwich integral",
        venue="Mathematics of Computation 76(259)",
    ),
    Reference(
        "Cho2009",
        "Cho, Saul",
        2009,
        "Kernel Methods for Deep Learning",
        venue="NeurIPS 2009",
    ),
    Reference(
        "Kumar2024",
        "Kumar, Luo, Sellke",
        2024,
        "No Free Prune: Information-Theoretic Barriers to Pruning at Initialization",
        "2402.01089",
        "ICML 2024",
    ),
    Reference(
        "Bubeck2021",
        "Bubeck, Sellke",
        2021,
        "A Universal Law of Robustness via Isoperimetry",
        "2105.12806",
        "NeurIPS 2021",
    ),
    Reference(
        "Barber2003",
        "Barber, Agakov",
        2003,
        "The IM Algorithm: A Variational Approach to Information Maximization",
        venue="NeurIPS 2003",
    ),
    Reference(
        "Miller1955",
        "Miller",
        1955,
        "Note on the Bias of Information Estimates",
        venue="Information Theory in Psychology: Problems and Methods",
    ),
    Reference(
        "Frankle2019",
        "Frankle, Carbin",
        2019,
        "The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks",
        "1803.03635",
        "ICLR 2019",
    ),
    Reference(
        "Frankle2020",
        "Frankle, Dziugaite, Roy, Carbin",
        2020,
        "Linear Mode Connectivity and the Lottery Ticket Hypothesis",
        "1912.05671",
        "ICML 2020",
    ),
    Reference(
        "Frankle2021",
        "Frankle, Dziugaite, Roy, Carbin",
        2021,
        "Pruning Neural Networks at Initialization: Why are We Missing the Mark?",
        "2009.08576",
        "ICLR 2021",
    ),
    Reference(
        "Lee2019",
        "Lee, Ajanthan, Torr",
        2019,
        "SNIP: Single-shot Network Pruning based on Connection Sensitivity",
        "1810.02340",
        "ICLR 2019",
    ),
    Reference(
        "Wang2020",
        "Wang, Zhang, Grosse",
        2020,
        "Picking Winning Tickets Before Training by Preserving Gradient Flow",
        "2002.07376",
        "ICLR 2020",
    ),
    Reference(
        "Tanaka2020",
        "Tanaka, Kunin, Yamins, Ganguli",
        2020,
        "Pruning neural networks without any data by iteratively conserving synaptic flow",
        "2006.05467",
        "NeurIPS 2020",
    ),
    Reference(
        "Lee2021",
        "Lee, Park, Mo, Ahn, Shin",
        2021,
        "Layer-adaptive sparsity for the Magnitude-based Pruning",
        "2010.07611",
        "ICLR 2021",
    ),
    Reference(
        "Evci2020",
        "Evci, Gale, Menick, Castro, Elsen",
        2020,
        "Rigging the Lottery: Making All Tickets Winners",
        "1911.11134",
        "ICML 2020",
    ),
    Reference(
        "Zhu2017",
        "Zhu, Gupta",
        2017,
        "To prune, or not to prune: exploring the efficacy of pruning for model compression",
        "1710.01878",
    ),
    Reference(
        "Liu2019",
        "Liu, Sun, Zhou, Huang, Darrell",
        2019,
        "Rethinking the Value of Network Pruning",
        "1810.05270",
        "ICLR 2019",
    ),
    Reference(
        "Barsbey2021",
        "Barsbey, Sefidgaran, Erdogdu, Richard, Simsekli",
        2021,
        "Heavy Tails in SGD and Compressibility of Overparametrized Neural Networks",
        "2106.03795",
        "NeurIPS 2021",
    ),
    Reference(
        "Gurbuzbalaban2021",
        "Gürbüzbalaban, Simsekli, Zhu",
        2021,
        "The Heavy-Tail Phenomenon in SGD",
        "2006.04740",
        "ICML 2021",
    ),
    Reference(
        "Debortoli2020",
        "De Bortoli, Durmus, Fontaine, Simsekli",
        2020,
        "Quantitative Propagation of Chaos for SGD in Wide Neural Networks",
        "2007.06352",
        "NeurIPS 2020",
    ),
    Reference(
        "Gribonval2012",
        "Gribonval, Cevher, Davies",
        2012,
        "Compressible Distributions for High-Dimensional Statistics",
        "1102.1249",
        "IEEE Transactions on Information Theory 58(8)",
    ),
    Reference(
        "Clauset2009",
        "Clauset, Shalizi, Newman",
        2009,
        "Power-Law Distributions in Empirical Data",
        "0706.1062",
        "SIAM Review 51(4)",
    ),
    Reference(
        "Kesten1973",
        "Kesten",
        1973,
        "Random difference equations and Renewal theory for products of random matrices",
        venue="Acta Mathematica 131",
    ),
    Reference(
        "Chambers1976",
        "Chambers, Mallows, Stuck",
        1976,
        "A Method for Simulating Stable Random Variables",
        venue="Journal of the American Statistical Association 71(354)",
    ),
    Reference(
        "Kanter1975",
        "Kanter",
        1975,
        "Stable Densities Under Change of Scale and Total Variation Inequalities",
        venue="Annals of Probability 3(4)",
    ),
    Reference(
        "Nolan1997",
        "Nolan",
        1997,
        "Numerical calculation of stable densities and distribution functions",
        venue="Communications in Statistics: Stochastic Models 13(4)",
    ),
    Reference(
        "Hill1975",
        "Hill",
        1975,
        "A Simple General Approach to Inference About the Tail of a Distribution",
        venue="Annals of Statistics 3(5)",
    ),
    Reference(
        "Koutrouvelis1980",
        "Koutrouvelis",
        1980,
        "Regression-Type Estimation of the Parameters of Stable Laws",
        venue="Journal of the American Statistical Association 75(372)",
    ),
    Reference(
        "Mcculloch1986",
        "McCulloch",
        1986,
        "Simple consistent estimators of stable distribution parameters",
        venue="Communications in Statistics: Simulation and Computation 15(4)",
    ),
    Reference(
        "Mohammadi2015",
        "Mohammadi, Mohammadpour, Ogata",
        2015,
        "On estimating the tail index and the spectral measure of multivariate alpha-stable distributions",
        venue="Metrika 78(5)",
    ),
    Reference(
        "He2015",
        "He, Zhang, Ren, Sun",
        2015,
        "Delving Deep into Rectifiers: Surpassing Human-Level Performance on ImageNet Classification",
        "1502.01852",
        "ICCV 2015",
    ),
    Reference("Kingma2014", "Kingma, Ba", 2014, "Adam: A Method for Stochastic Optimization", "1412.6980", "ICLR 2015"),
    Reference(
        "Loshchilov2017", "Loshchilov, Hutter", 2017, "Decoupled Weight Decay Regularization", "1711.05101", "ICLR 2019"
    ),
    Reference(
        "Alpaydin1998",
        "Alpaydin, Kaynak",
        1998,
        "Optical Recognition of Handwritten Digits",
        venue="UCI Machine Learning Repository; shipped with scikit-learn",
    ),
    Reference(
        "Lecun1998",
        "LeCun, Bottou, Bengio, Haffner",
        1998,
        "Gradient-Based Learning Applied to Document Recognition",
        venue="Proceedings of the IEEE 86(11)",
    ),
    Reference(
        "Krizhevsky2009",
        "Krizhevsky",
        2009,
        "Learning Multiple Layers of Features from Tiny Images",
        venue="University of Toronto",
    ),
    Reference(
        "Okabe2008",
        "Okabe, Ito",
        2008,
        "Color Universal Design: how to make figures and presentations that are friendly to colorblind people",
        venue="University of Tokyo",
    ),
)

REFERENCES = {reference.key: reference for reference in _ALL}


def cite(key: str) -> Reference:
    """The reference behind a citation key such as ``"Bordelon2024"``.

    Raises
    ------
    ValueError
        If no work has this key; the sentence lists the keys.
    """
    return REFERENCES[one_of("key", key, REFERENCES)]
