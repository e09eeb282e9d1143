"""One build of the index: a Chroma directory or database with one collection per audience and locale.

Each piece is in its collection twice, under ``id#b`` by its body vector and ``id#h`` by its heading vector.
"""

from __future__ import annotations

from collections.abc import Sequence

from chromadb import Collection
from chromadb.api import ClientAPI
from chromadb.api.collection_configuration import CreateHNSWConfiguration
from langchain_chroma import Chroma

from knowledge.embeddings import KnownVectors, Vectors
from knowledge.ranker import Shelf

Key = tuple[str, str]
"""(audience, locale)."""
BODY, HEAD = "b", "h"
HNSW: CreateHNSWConfiguration = {"space": "cosine", "ef_construction": 120, "ef_search": 160, "max_neighbors": 24}


class IndexBroken(Exception):
    """Chroma failed, or does not hold what it must; the message says what was seen."""


class Build:
    """Opened. ``held`` are the pieces that each collection holds. May raise anything of Chroma's."""

    def __init__(self, name: str, client: ClientAPI) -> None:
        self.name = name
        self.client = client
        self.held: dict[Key, frozenset[str]] = {}
        self._known = KnownVectors()
        self._collections: dict[Key, Chroma] = {}
        self._plain: dict[Key, Collection] = {}

    def collection(self, key: Key) -> Chroma:
        if key not in self._collections:
            self._collections[key] = Chroma(
                collection_name="-".join(key),
                embedding_function=self._known,
                collection_configuration={"hnsw": HNSW},
                client=self.client,
            )
        return self._collections[key]

    def load_held(self) -> None:
        for collection in self.client.list_collections():
            audience, _, locale = collection.name.partition("-")
            names = self.collection((audience, locale)).get(include=[])["ids"]
            self.held[audience, locale] = frozenset(name.rpartition("#")[0] for name in names)

    def complete(self, key: Key) -> bool:
        """Whether the collection holds as many vectors as it should; one quick call."""
        count = self.client.get_collection("-".join(key), embedding_function=None).count()
        return count == len((BODY, HEAD)) * len(self.held[key])

    def any_vector(self, key: Key) -> list[float]:
        """A vector that the collection holds."""
        return [float(number) for number in self.collection(key).get(limit=1, include=["embeddings"])["embeddings"][0]]

    def add(self, key: Key, ids: Sequence[str], shelf: Shelf) -> None:
        rows = [shelf.rows[piece] for piece in ids]
        texts = [shelf.entries[row].body_text for row in rows] + [shelf.entries[row].head_text for row in rows]
        # Texts may repeat (one heading over several pieces) or agree (a title that is the body): name each apart.
        texts = [f"{number} {text}" for number, text in enumerate(texts)]
        self._known.prime(texts, [*shelf.bodies[rows], *shelf.heads[rows]])
        names = [f"{piece}#{BODY}" for piece in ids] + [f"{piece}#{HEAD}" for piece in ids]
        self.collection(key).add_texts(texts, ids=names)
        self.held[key] = self.held.get(key, frozenset()) | frozenset(ids)

    def remove(self, key: Key, ids: Sequence[str]) -> None:
        names = [f"{piece}#{kind}" for piece in ids for kind in (BODY, HEAD)]
        self.collection(key).delete(ids=names)
        self.held[key] -= frozenset(ids)

    def missing(self, key: Key, shelf: Shelf) -> list[str]:
        held = self.held.get(key, frozenset())
        return [piece for piece in shelf.rows if piece not in held]

    def nearest(self, key: Key, vector: Vectors, count: int) -> list[tuple[str, float]]:
        """Distinct pieces with their cosine distance, nearest first."""
        return self.nearest_all(key, vector[None], count)[0]

    def nearest_all(self, key: Key, vectors: Vectors, count: int) -> list[list[tuple[str, float]]]:
        """The same for each row of ``vectors``, in one search."""
        held = self.held.get(key)
        if not held:
            return [[] for _ in vectors]
        # Asked of Chroma itself: LangChain makes a document of every hit, which costs more than the search.
        if key not in self._plain:
            self._plain[key] = self.client.get_collection("-".join(key), embedding_function=None)
        found = self._plain[key].query(
            query_embeddings=vectors.tolist(), n_results=min(2 * count, 2 * len(held)), include=["distances"]
        )
        nearest: list[list[tuple[str, float]]] = []
        for names, distances in zip(found["ids"], found["distances"] or [], strict=True):
            best: dict[str, float] = {}
            for name, distance in zip(names, distances, strict=True):
                best.setdefault(name.rpartition("#")[0], distance)
            nearest.append(list(best.items())[:count])
        return nearest
