"""Says of each data file of a Delta table how many rows its deletion vector has, and the sum of their squares."""
import sys

import pyarrow as pa
from deltalake import DeltaTable

for vector in pa.table(DeltaTable(sys.argv[1]).deletion_vectors()).to_pylist():
    dead = [i for i, kept in enumerate(vector["selection_vector"]) if not kept]
    print(vector["filepath"].rsplit("/", 1)[1], len(dead), sum(i * i for i in dead))
