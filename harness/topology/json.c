// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/jsonw.h"
#include "topology/topology.h"

static struct jsonw *node_to_json(const struct topology_node *node)
{
	struct jsonw *object = jsonw_object();

	jsonw_set_uint(object, "id", node->id);
	jsonw_set_string(object, "cpus", node->cpus);
	jsonw_set_uint(object, "bytes", node->bytes);
	jsonw_set_uint(object, "free_bytes", node->free_bytes);
	jsonw_set_uint(object, "blocks", node->n_blocks);
	jsonw_set_uint(object, "movable_blocks", node->n_movable_online);
	return object;
}

static struct jsonw *block_to_json(const struct topology_block *block)
{
	struct jsonw *object = jsonw_object(), *zones = jsonw_array();

	jsonw_set_uint(object, "id", block->id);
	jsonw_set_string(object, "state", block_state_name((enum block_state)block->state));
	if (block->node >= 0)
		jsonw_set_int(object, "node", block->node);
	for (unsigned int i = 0; i < block->n_zones; i++)
		jsonw_append(zones, jsonw_string(zone_name((enum zone)block->zones[i])));
	jsonw_set(object, "zones", zones);
	jsonw_set_bool(object, "offlinable", block->refusal == BLOCK_OFFLINABLE);
	if (block->refusal != BLOCK_OFFLINABLE)
		jsonw_set_string(object, "why",
				 block_refusal_text((enum block_refusal)block->refusal));
	return object;
}

void topology_write_json(const struct topology *t, struct jsonw_stream *stream, const char *key)
{
	jsonw_stream_begin(stream, key, '{');
	jsonw_stream_value(stream, "block_size_bytes", jsonw_uint(t->block_size_bytes));
	jsonw_stream_begin(stream, "nodes", '[');
	for (size_t i = 0; i < t->n_nodes; i++)
		jsonw_stream_value(stream, NULL, node_to_json(&t->nodes[i]));
	jsonw_stream_end(stream, ']');
	jsonw_stream_begin(stream, "blocks", '[');
	for (size_t i = 0; i < t->n_blocks; i++)
		jsonw_stream_value(stream, NULL, block_to_json(&t->blocks[i]));
	jsonw_stream_end(stream, ']');
	jsonw_stream_end(stream, '}');
}
