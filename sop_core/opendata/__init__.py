"""Open data: the records of a scope for Satu Data and for analysts, each column explained, no names.

datasets   what is handed out: one table each, a meaning for every column
writing    the tables as CSV or Parquet in one zip, with their dictionary
"""

from sop_core.opendata.datasets import DATASETS, Dataset, Field
from sop_core.opendata.writing import DICTIONARY, FORMS, STATEMENT, make, stem

__all__ = ["DATASETS", "DICTIONARY", "FORMS", "STATEMENT", "Dataset", "Field", "make", "stem"]
