"""Every table of this service, for migrations: importing a module of tables registers them."""

from chat_api import tables
from chat_api.decisions import tables as decision_tables
from chat_api.ledger import tables as ledger_tables
from chat_api.letters import tables as letter_tables
from chat_api.mechanics import tables as mechanic_tables
from chat_api.memories import tables as memory_tables

ALL = (tables, letter_tables, decision_tables, memory_tables, ledger_tables, mechanic_tables)
metadata = tables.metadata
