"""The classroom: checks, predictions, quizzes and dials."""

from dsrct_edu.classroom import dials
from dsrct_edu.classroom.answers import WorkedAnswer, worked_answer
from dsrct_edu.classroom.checking import CheckResult, check
from dsrct_edu.classroom.predicting import Prediction, guesses, predict
from dsrct_edu.classroom.progress import Summary, export, gather, summary
from dsrct_edu.classroom.quizzes import Feedback, Quiz, quiz

__all__ = [
    "CheckResult",
    "Feedback",
    "Prediction",
    "Quiz",
    "Summary",
    "WorkedAnswer",
    "check",
    "dials",
    "export",
    "gather",
    "guesses",
    "predict",
    "quiz",
    "summary",
    "worked_answer",
]
