"""Chapter 08, no free prune: the quiz."""

from __future__ import annotations

from scalinglab.exercises.quiz_item import Item, right, wrong

__all__ = ["QUESTIONS"]

QUESTIONS = (
    Item(
        "A friend prunes by magnitude before training: the mask is a function of the seed alone. What is "
        "its effective number of parameters?",
        (
            wrong(
                "The weights that are kept, times a logarithm for the choice of the mask.",
                "That is the ceiling for a mask that was chosen as the labels want it. This choice never saw them.",
            ),
            right(
                "The weights that are kept.",
                "A mask that does not depend on the data knows nothing of them: the information is zero, exactly.",
            ),
            wrong(
                "All weights of the network before pruning.",
                "Weights that were removed without a look at the data are as if they had never been there.",
            ),
        ),
    ),
    Item(
        "A method's masks know 6 of 8 bits, and learn their own labels no more often than others. What does the "
        "inequality kl(P || Q) <= I say of it?",
        (
            wrong(
                "That cannot be: so much information must show.",
                "The inequality bounds the divergence from above only. SNIP and GraSP do just that in this chapter.",
            ),
            wrong(
                "The estimate of the information must be biased.",
                "Here it was counted over all labelings: there is no estimate, and no bias.",
            ),
            right(
                "Nothing: it allows an advantage of 6 bits, and does not promise any.",
                "Information is a ceiling. What a mask knows may be of no use for what its network has to do.",
            ),
        ),
    ),
    Item(
        "All 500 masks that you drew differ. The plug-in estimate of their information says 9 bits. What do you know?",
        (
            right(
                "Only how many masks you drew.",
                "With every mask seen once the estimate is log2 of 500, 9.0, whatever the masks know. A null "
                "of shuffled pairs says the same.",
            ),
            wrong(
                "That they know about 9 bits.",
                "Masks that are drawn at random would differ, too, and they know nothing.",
            ),
            wrong(
                "That they know 9 bits at least.",
                "Plug-in estimates of information are too large on average. A lower bound needs a decoder that is "
                "tested on masks that it has not seen.",
            ),
            wrong(
                "That they know 9 bits less the correction of Miller and Madow.",
                "The correction is the first term of a series in cells over draws. Here cells outnumber draws.",
            ),
        ),
    ),
)
