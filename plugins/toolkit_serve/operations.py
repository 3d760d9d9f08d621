"""What the OpenAPI document says of the POST routes: an operation and its schemas for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from toolkit_serve.embeddings import FORMATS
from toolkit_serve.feedback import MAX_COMMENT, MAX_ID
from toolkit_serve.inputs import example_row
from toolkit_serve.reading import Limits
from toolkit_serve.schemas import SCORE, STRING, examples, listing, media, one_of, post, record, ref

ASKED = "How do I build a system?"
TEXT = "Run toolkit build spec.yaml."
ANSWER = {
    "id": None,
    "answer": TEXT,
    "refused": False,
    "message": "",
    "confidence": 0.93,
    "sources": [{"id": "build", "title": "Building", "text": TEXT, "span": [0, len(TEXT)], "score": 0.93}],
    "related": [{"id": "plan", "title": "What does plan print?", "score": 0.41}],
    "language": "en",
}


def predict(takes: Mapping[str, Mapping[str, Any]], limits: Limits) -> dict[str, Any]:
    """Return the operation `POST /v1/predict`."""
    row = example_row(takes)
    batch = {} if "inputs" in takes else {"batch": {"inputs": [row, row]}}
    return post(
        "The whole prediction for one input, or for a batch",
        f"At most {limits.max_body} bytes, {limits.max_batch} inputs, {limits.max_text} characters in "
        f"a text; answered within {limits.timeout:g} s.",
        media(one_of("Input", *(["Batch"] if batch else [])), examples=examples(one=row, **batch)),
        media(one_of("Answer", *(["Answers"] if batch else []))),
    )


def answer(limits: Limits) -> dict[str, Any]:
    """Return the operation `POST /v1/answer`."""
    return post(
        "Answer a question, or a batch of them, with sources",
        f"At most {limits.max_batch} questions of {limits.max_text} characters. Where the system has no answer that it "
        "trusts, refused is true and message says so in the language of the question. The span of a source counts "
        "characters (Unicode code points) of its text.",
        media(
            one_of("Question", "Questions"),
            examples=examples(one={"question": ASKED}, batch={"questions": [ASKED, "怎么构建？"]}),
        ),
        media(one_of("Answered", "AnsweredAll"), examples=examples(one=ANSWER)),
    )


def feedback() -> dict[str, Any]:
    """Return the operation `POST /v1/feedback`."""
    return post(
        "Say whether an answer helped",
        "The id comes with an answer. What has been acknowledged is on disk.",
        media(ref("Judgement"), examples=examples(one={"id": "ID", "helpful": True, "comment": "just right"})),
        media(ref("Stored"), examples=examples(one={"status": "stored"})),
        *("not_found", "not_stored"),
    )


def embeddings(limits: Limits) -> dict[str, Any]:
    """Return the operation `POST /v1/embeddings`."""
    return post(
        "Vectors of length 1 for texts, in the form of OpenAI's API",
        f"At most {limits.max_batch} texts of {limits.max_text} characters. The field model is taken and not read; "
        "encoding_format base64 packs little-endian 32-bit floats.",
        media(ref("Texts"), examples=examples(one={"input": ASKED}, batch={"input": [ASKED, "怎么构建？"]})),
        media(ref("Vectors")),
    )


def predict_schemas(takes: Mapping[str, Mapping[str, Any]], limits: Limits) -> dict[str, Any]:
    """Return the schemas of `POST /v1/predict`."""
    fields = {
        name: {**schema, "maxLength": limits.max_text} if schema.get("type") == "string" else dict(schema)
        for name, schema in takes.items()
    }
    return {
        "Input": record(fields),
        "Batch": record({"inputs": listing(ref("Input"), 1, limits.max_batch)}),
        "Prediction": {"type": "object", "description": "What the system says of one input."},
        "Answer": record({"prediction": ref("Prediction")}),
        "Answers": record({"predictions": listing(ref("Prediction"))}),
    }


def answer_schemas(limits: Limits) -> dict[str, Any]:
    """Return the schemas of `POST /v1/answer`."""
    question = {**STRING, "minLength": 1, "maxLength": limits.max_text}
    entry = {"id": {"type": ["string", "integer"]}, "title": STRING, "score": SCORE}
    span = {"type": ["array", "null"], "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}
    answered = {
        "id": {"type": ["string", "null"], "description": "What to name in POST /v1/feedback; null: not kept."},
        "answer": {**STRING, "description": "Empty where refused."},
        "refused": {"type": "boolean"},
        "message": {**STRING, "description": "What to tell the person where refused, else empty."},
        "confidence": {"type": ["number", "null"], "minimum": 0, "maximum": 1},
        "sources": listing({"type": "object", "properties": {**entry, "text": STRING, "span": span}}),
        "related": listing({"type": "object", "properties": entry}),
        "language": {"enum": ["zh", "en"]},
    }
    return {
        "Question": record({"question": question}),
        "Questions": record({"questions": listing(question, 1, limits.max_batch)}),
        "Answered": record(answered),
        "AnsweredAll": record({"answers": listing(ref("Answered"))}),
    }


def feedback_schemas() -> dict[str, Any]:
    """Return the schemas of `POST /v1/feedback`."""
    id = {**STRING, "minLength": 1, "maxLength": MAX_ID}
    comment = {**STRING, "maxLength": MAX_COMMENT}
    return {
        "Judgement": record({"id": id, "helpful": {"type": "boolean"}}, {"comment": comment}),
        "Stored": record({"status": {"const": "stored"}}),
    }


def embeddings_schemas(limits: Limits) -> dict[str, Any]:
    """Return the schemas of `POST /v1/embeddings`."""
    text = {**STRING, "minLength": 1, "maxLength": limits.max_text}
    vector = {"oneOf": [listing(SCORE), {**STRING, "contentEncoding": "base64"}]}
    count = {"type": "integer", "minimum": 0}
    one = record({"object": {"const": "embedding"}, "index": count, "embedding": vector})
    usage = record({"prompt_tokens": count, "total_tokens": count})
    return {
        "Texts": record(
            {"input": {"oneOf": [text, listing(text, 1, limits.max_batch)]}},
            {"model": STRING, "encoding_format": {"enum": list(FORMATS)}},
        ),
        "Vectors": record({"object": {"const": "list"}, "model": STRING, "data": listing(one), "usage": usage}),
    }
