"""The options of the metrics. `better` tells the report which way is good; "higher" where it is silent."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from toolkit.component import Config, DataPath


class OfClasses(Config):
    """What every metric of classes is told."""

    field: str = "label"
    """Field that holds the true class, and the key of the predicted one."""

    def needs(self) -> frozenset[str]:
        """Predicted and true classes."""
        return frozenset({"predicts:class", f"label:{self.field}"})


class Accuracy(OfClasses):
    """Share of examples whose predicted class is the true one, from 0 to 1."""


class Averaged(OfClasses):
    """What precision, recall and F1 are told."""

    average: Literal["macro", "micro"] | None = None
    """Mean over the classes (`macro`, taken where neither this nor `label` is given) or over examples (`micro`)."""
    label: str | None = None
    """The one class to report, instead of an average."""

    @model_validator(mode="after")
    def _one_way(self) -> Averaged:
        if self.average and self.label is not None:
            raise ValueError(f"`label` reports one class and `average: {self.average}` all of them: leave one out")
        return self


class Precision(Averaged):
    """Share of the examples given to a class that belong to it, averaged over classes, from 0 to 1."""


class Recall(Averaged):
    """Share of the examples of a class that are given to it, averaged over classes, from 0 to 1."""


class F1(Averaged):
    """Harmonic mean of precision and recall of a class, averaged over classes, from 0 to 1."""


class Confusion(OfClasses):
    """Share of a class's examples taken for another class, averaged over classes; adds the confusion matrix.

    It is 1 - balanced accuracy: unlike 1 - accuracy, a rare class weighs as much as a common one.
    """

    better: ClassVar[str] = "lower"


class RocAuc(OfClasses):
    """Area under the ROC curve, each class against the others, averaged over classes; 0.5 is chance, 1 perfect."""


class OfText(Config):
    """What every metric of answers in words is told."""

    field: str = "answer"
    """Field that holds the reference text, and the key of the predicted one."""

    def needs(self) -> frozenset[str]:
        """Predicted and reference texts."""
        return frozenset({"predicts:text", f"text:{self.field}"})


class ExactMatch(OfText):
    """Share of answers that equal the reference, from 0 to 1."""

    normalise: bool = True
    """Ignore case, width, punctuation, English articles and runs of blanks, as SQuAD does; else compare as is."""


class TokenF1(OfText):
    """Overlap of answer and reference in words, Chinese in characters (F1 as in SQuAD), mean over answers, 0 to 1."""


class Bleu(OfText):
    """Corpus BLEU of the answers against the references, as sacrebleu computes it, from 0 to 100."""

    tokenize: Literal["auto", "13a", "zh", "char"] = "auto"
    """sacrebleu's tokenizer; `auto` is `zh` when the references are mostly Chinese, else `13a`."""


class Chrf(OfText):
    """Corpus chrF2 of the answers against the references, over character 1- to 6-grams, from 0 to 100."""


class VectorSimilarity(OfText):
    """Cosine of the mean word vectors of answer and reference, mean over answers, from -1 to 1.

    Unless a file is named, the vectors are learnt from the reference texts of the very split that is measured (PPMI
    and SVD of which words stand near each other), as nothing is downloaded. So they know the subject but little of
    the language, and figures on different references cannot be compared.
    """

    vectors: DataPath | None = None
    """Word vectors to use instead: a word2vec or GloVe text file (UTF-8), a word and its numbers on each line."""


class OfLikelihood(Config):
    """What the metrics of a model's own likelihood share."""

    better: ClassVar[str] = "lower"

    def needs(self) -> frozenset[str]:
        """A model that scores its own text."""
        return frozenset({"scores:likelihood"})


class Loss(OfLikelihood):
    """Mean negative log-likelihood of an item (a token of an answer, or a class), in nats."""


class Perplexity(OfLikelihood):
    """Exponential of the loss: among how many equally likely items the model would waver as much."""


class OfRanking(Config):
    """What every metric of a ranking is told."""

    field: str = "gold_ids"
    """Field that lists the right ids; examples where the list is empty are not counted."""

    def needs(self) -> frozenset[str]:
        """A ranking and the right ids."""
        return frozenset({"predicts:ranking", f"ids:{self.field}"})


class Hit(OfRanking):
    """Share of questions with a right id among the first k of the ranking, before any refusal, from 0 to 1."""

    k: int = Field(ge=1)
    """How many of the ranking count; `hit@3` sets it to 3."""


class ReciprocalRank(OfRanking):
    """Mean of 1/rank of the first right id, 0 where it is not among the first k, before any refusal, from 0 to 1."""

    k: int = Field(ge=1)
    """How many of the ranking count; `mrr@10` sets it to 10."""


class OwnAnswer(OfRanking):
    """Share of entries whose own question ranks its own answer first, from 0 to 1.

    An upper bound on hit@1, for data without queries: nobody else's wording is tried.
    """

    field: str = "own_ids"
    """Field that lists the ids of the entry that the question was taken from."""


class Ablation(OfRanking):
    """hit@k of the whole ranking minus that of its best part alone, from -1 to 1; adds a table of all parts.

    Above 0 the whole is better than any part of it, such as words alone or meaning alone, on the same questions.
    """

    k: int = Field(1, ge=1)
    """How many of a ranking count."""


class OfRefusal(Config):
    """What the metrics of refusing are told."""

    field: str = "gold_ids"
    """Field that lists the right ids; an empty list means that the question must be refused."""

    def needs(self) -> frozenset[str]:
        """A ranking with its confidence, and the right ids."""
        return frozenset({"predicts:ranking", f"ids:{self.field}"})


class RefusalAuroc(OfRefusal):
    """How well low confidence tells questions that must be refused from the others: 0.5 is chance, 1 perfect."""


class RefusalRecall(OfRefusal):
    """Share of the questions that must be refused which are refused, from 0 to 1."""


class AnswerRate(OfRefusal):
    """Share of the questions that have an answer which are answered, rightly or not, from 0 to 1."""


class AnswerRisk(OfRefusal):
    """Share of the answers given that are wrong, those to questions that must be refused among them, from 0 to 1."""

    better: ClassVar[str] = "lower"


class OfNumbers(Config):
    """What every metric of numbers is told."""

    field: str = "target"
    """Field that holds the true number, and the key of the predicted one."""

    def needs(self) -> frozenset[str]:
        """Predicted and true numbers."""
        return frozenset({"predicts:numbers", f"target:{self.field}"})


class RMSE(OfNumbers):
    """Root of the mean squared error, in units of the target."""

    better: ClassVar[str] = "lower"


class MAE(OfNumbers):
    """Mean absolute error, in units of the target."""

    better: ClassVar[str] = "lower"


class R2(OfNumbers):
    """Share of the target's variance that the predictions explain; 1 is perfect, 0 as good as the mean."""
