"""Describing an entry of the catalog: a new one, as a draft, or what a present one says."""

from typing import Annotated, Any, LiteralString

from graph.changes.allowed import Place, Reach, Right
from graph.changes.entries import OWNERS, check_published, check_review, held, keep
from graph.changes.places import PLACE, place
from graph.errors import BadInput, Refused
from graph.imports import keys
from graph.imports.records import Entry
from graph.imports.write import Now, new_resources
from graph.mutations import Changed, Work, mutation
from graph.questions import Doc, Fields
from graph.record import Id
from graph.words import Action, Publication, RefusalCode, Role

PROVIDER: LiteralString = """
MATCH (d:Department {id: $id}) WHERE <visible d>
RETURN <place> AS place
""".replace("<place>", PLACE)
# What has the id may be something that the asker does not see: he learns that the code is taken, and no more.
TAKEN: LiteralString = "MATCH (r:Resource {id: $id}) RETURN coalesce(<visible r>, false) AS seen"

WHO = (Right(Role.CATALOG_OFFICER, Reach.OWN, OWNERS), Right(Role.ADMINISTRATOR, Reach.ALL))
FIELDS = Fields(
    "ResourceInput", "Resource",
    ("name", "classification", "abstract", "theme", "industry", "formats", "keywords", "landingPage", "shareType",
     "shareCondition", "shareModes", "legalBasis", "openType", "openCondition", "updateCycle", "lastUpdatedAt",
     "contactPhone", "contactEmail", "secrecy", "securityLevel"),
)  # fmt: skip


@mutation(
    "编制目录条目 Describe a resource: a new one, which is a draft until it is published, or one that is there.",
    "ResourceChanged", Action.DESCRIBE, WHO, name="describeResource", locks=("resource", "department"),
)  # fmt: skip
async def describe(
    work: Work,
    *,
    fields: Annotated[dict[str, Any], Doc("内容 What is said; what is left out stays as it is."), FIELDS],
    resource: Annotated[Id | None, Doc("信息资源 Id of the one that is changed; without it a new one is made.")] = None,
    department: Annotated[Id | None, Doc("信息资源提供方 Id of the provider of a new one.")] = None,
    code: Annotated[str | None, Doc("信息资源代码 Code of a new one; it becomes part of its id.")] = None,
) -> Changed:
    """Make or change the entry; BadInput for arguments that do not go together, Refused as the rules say."""
    said = spoken(fields)
    if code is not None and (not code.isprintable() or ("/" in code and not code.isascii())):
        # Without a code the id is made of the provider's name, "/", and the entry's: a code must not be able to say the same.
        raise BadInput("The code cannot be used.", "Use Latin letters, digits and signs, at least where it has a `/`.")
    if resource is None and department is not None:
        return await enter(work, department, code, said)
    if resource is not None and department is None and code is None:
        return await amend(work, resource, said)
    raise BadInput("It is not clear what is described.", "Give `resource`, or for a new one `department` (and `code`).")


async def enter(work: Work, department: str, code: str | None, said: dict[str, Any]) -> Changed:
    """Make a new entry, provided by a department."""
    found = await work.one(PROVIDER.replace("<visible d>", work.visible("Department", "d")), id=department)
    where = place(found["place"]) if found else Place()
    if not where.regions:
        raise Refused(RefusalCode.NOT_FOUND, f"There is no {department} with a region.", "Ask for it by `search`.")
    work.demand(WHO, where)
    if not said.get("name"):
        raise Refused(RefusalCode.INCOMPLETE, "A new resource needs a name.", "Give `name`.")
    region = where.regions[0].partition(":")[2]
    named = {"resourceCode": code, "name": said["name"], "provider": where.name}
    identity = keys.resource_ids(region, region, named)[0]
    if taken := await work.one(TAKEN.replace("<visible r>", work.visible("Resource", "r")), id=identity):
        message = f"{code or said['name']} cannot be used here a second time."
        raise Refused(RefusalCode.TAKEN, message, "Use another.", is_hidden=not taken["seen"])
    values: dict[str, object] = {**said, "resourceCode": code, "publication": Publication.DRAFT}
    now = Now(work.tx, work.at, work.today.isoformat(), department, region)
    await new_resources(
        now, [Entry(identity, (), department, values, keys.content_hash(values))], {department: department}
    )
    return Changed(identity, None, values | {"provider": department}, (department,))


async def amend(work: Work, resource: str, said: dict[str, Any]) -> Changed:
    """Change what an entry says; what is published must stay fit to be, and under review where the regime wants one."""
    entry = await held(work, resource)
    work.demand(WHO, entry.place)
    if said.get("name", "") is None:
        raise Refused(RefusalCode.INCOMPLETE, "A resource keeps a name.", "Give another `name`, or leave it out.")
    if entry.is_published:
        values = {**entry.values, **said}
        check_review(work, values, entry.place)
        check_published(values, entry.place)
    before, after = await keep(work, entry, said)
    return Changed(resource, before, after)


def spoken(fields: dict[str, Any]) -> dict[str, Any]:
    """What is said, texts without blanks around them and none instead of an empty one.

    BadInput for a name with control characters, and for what is too long to be a key.
    """
    said = {name: (value.strip() or None) if isinstance(value, str) else value for name, value in fields.items()}
    if any(not character.isprintable() for character in said.get("name") or ""):
        raise BadInput("The name has characters that cannot be printed.", "Leave them out.")
    for name, value in said.items():
        if isinstance(value, str) and keys.is_too_long(name, value):
            raise BadInput(f"`{name}` is longer than {keys.LONGEST[name]} bytes.", "Shorten it.")
    return said
