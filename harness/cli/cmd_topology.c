// SPDX-License-Identifier: GPL-2.0-or-later
/* memsoak topology: columns are named as lsmem names them, where they mean the same. */
#include <errno.h>
#include <inttypes.h>
#include <libsmartcols/libsmartcols.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/fsio.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/units.h"
#include "cli/commands.h"
#include "topology/topology.h"

struct topology_options {
	bool json;
	const char *sysroot;
};

static const struct option_spec topology_specs[] = {
	{"json", 'j', OPTION_FLAG, offsetof(struct topology_options, json), 0, 0, NULL, "JSON"},
	{"sysroot", 's', OPTION_STRING, offsetof(struct topology_options, sysroot), 0, 0, "DIR",
	 "read DIR/sys instead of this host's"},
};

static const struct option_command topology_command = {
	.program = "memsoak topology",
	.usage = "[--json] [--sysroot DIR]",
	.summary = "Nodes, memory blocks and zones, and for each block whether it can go offline.",
	.specs = topology_specs,
	.n_specs = ARRAY_SIZE(topology_specs),
};

struct column {
	const char *name;
	int flags;
};

static const struct column node_columns[] = {
	{"NODE", SCOLS_FL_RIGHT},
	{"CPUS", 0},
	{"SIZE", SCOLS_FL_RIGHT},
	{"FREE", SCOLS_FL_RIGHT},
	{"BLOCKS", SCOLS_FL_RIGHT},
	{"OFFLINABLE", SCOLS_FL_RIGHT},
};

static const struct column block_columns[] = {
	{"RANGE", 0},
	{"SIZE", SCOLS_FL_RIGHT},
	{"STATE", SCOLS_FL_RIGHT},
	{"OFFLINABLE", SCOLS_FL_RIGHT},
	{"BLOCK", SCOLS_FL_RIGHT},
	{"NODE", SCOLS_FL_RIGHT},
	{"ZONES", 0},
	{"WHY", 0},
};

static struct libscols_table *new_table(const struct column *columns, size_t n)
{
	struct libscols_table *table = scols_new_table();

	if (!table)
		(void)memory_alloc(SIZE_MAX / 2, 1); /* ends the program with the out-of-memory line */
	for (size_t i = 0; i < n; i++)
		(void)scols_table_new_column(table, columns[i].name, 0.0, columns[i].flags);
	return table;
}

/* @cells: as many texts as the table has columns, copied. */
static void add_line(struct libscols_table *table, const char *const cells[], size_t n)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);

	if (!line)
		(void)memory_alloc(SIZE_MAX / 2, 1);
	for (size_t i = 0; i < n; i++)
		(void)scols_line_set_data(line, i, cells[i]);
}

static void print_table(struct libscols_table *table)
{
	(void)scols_print_table(table);
	scols_unref_table(table);
}

static void print_nodes(const struct topology *t)
{
	struct libscols_table *table = new_table(node_columns, ARRAY_SIZE(node_columns));

	for (size_t i = 0; i < t->n_nodes; i++) {
		const struct topology_node *node = &t->nodes[i];
		char id[16], size[32], available[32], blocks[16], offlinable[16];
		const char *cells[] = {id, node->has_cpus ? node->cpus : "none", size, available,
				       blocks, offlinable};

		(void)snprintf(id, sizeof(id), "%u", node->id);
		(void)snprintf(blocks, sizeof(blocks), "%u", node->n_blocks);
		(void)snprintf(offlinable, sizeof(offlinable), "%u", node->n_movable_online);
		units_format_bytes(node->bytes, size, sizeof(size));
		units_format_bytes(node->free_bytes, available, sizeof(available));
		add_line(table, cells, ARRAY_SIZE(cells));
	}
	print_table(table);
}

static bool are_alike(const struct topology_block *a, const struct topology_block *b)
{
	return a->node == b->node && a->state == b->state && a->refusal == b->refusal &&
	       a->n_zones == b->n_zones && memcmp(a->zones, b->zones, a->n_zones) == 0;
}

static void format_zones(const struct topology_block *block, char *buffer, size_t size)
{
	size_t used = 0;

	buffer[0] = '\0';
	for (unsigned int i = 0; i < block->n_zones && used < size; i++)
		used += (size_t)snprintf(buffer + used, size - used, "%s%s", i ? "/" : "",
					 zone_name((enum zone)block->zones[i]));
}

/* One line for blocks @from to @to, which follow each other and are alike. */
static void add_blocks(struct libscols_table *table, const struct topology *t,
		       const struct topology_block *from, const struct topology_block *to)
{
	uint64_t n = (uint64_t)to->id - from->id + 1, bytes = t->block_size_bytes;
	bool offlinable = from->refusal == BLOCK_OFFLINABLE;
	uint64_t first = from->id * bytes, last = (to->id + 1ULL) * bytes - 1;
	char range[64], size[32], block[32], node[16], zones[64];
	const char *why = block_refusal_text((enum block_refusal)from->refusal);
	const char *cells[] = {range, size, block_state_name((enum block_state)from->state),
			       offlinable ? "yes" : "no", block, node, zones, offlinable ? "" : why};

	(void)snprintf(range, sizeof(range), "0x%016" PRIx64 "-0x%016" PRIx64, first, last);
	units_format_bytes(n * bytes, size, sizeof(size));
	if (n == 1)
		(void)snprintf(block, sizeof(block), "%u", from->id);
	else
		(void)snprintf(block, sizeof(block), "%u-%u", from->id, to->id);
	(void)snprintf(node, sizeof(node), "%d", from->node);
	if (from->node < 0)
		node[0] = '\0';
	format_zones(from, zones, sizeof(zones));
	add_line(table, cells, ARRAY_SIZE(cells));
}

static void print_blocks(const struct topology *t)
{
	struct libscols_table *table = new_table(block_columns, ARRAY_SIZE(block_columns));
	size_t from = 0;

	for (size_t i = 1; i <= t->n_blocks; i++) {
		if (i < t->n_blocks && t->blocks[i].id == t->blocks[i - 1].id + 1 &&
		    are_alike(&t->blocks[from], &t->blocks[i]))
			continue;
		add_blocks(table, t, &t->blocks[from], &t->blocks[i - 1]);
		from = i;
	}
	print_table(table);
}

static void print_sums(const struct topology *t)
{
	uint64_t offlinable = 0;
	char size[32], sum[32];

	for (size_t i = 0; i < t->n_nodes; i++)
		offlinable += t->nodes[i].n_movable_online;
	units_format_bytes(t->block_size_bytes, size, sizeof(size));
	units_format_bytes(offlinable * t->block_size_bytes, sum, sizeof(sum));
	(void)printf("\nMemory block size:  %s\n", size);
	(void)printf("Offlinable memory:  %s in %" PRIu64 " of %zu blocks\n", sum, offlinable,
		     t->n_blocks);
}

static void print_json(const struct topology *t)
{
	struct jsonw_stream stream = {.out = stdout};
	struct jsonw *schema = jsonw_object();

	jsonw_set_string(schema, "name", "memsoak-topology");
	jsonw_set_uint(schema, "major", 1);
	jsonw_set_uint(schema, "minor", 0);
	jsonw_stream_begin(&stream, NULL, '{');
	jsonw_stream_value(&stream, "schema", schema);
	topology_write_json(t, &stream, "topology");
	jsonw_stream_end(&stream, '}');
}

int cmd_topology(int argc, char *const argv[])
{
	struct topology_options options = {0};
	struct topology t = {0};
	struct fsio fs;
	struct err e = {0};
	int r = options_parse(&topology_command, argc, argv, &options, NULL, &e);

	if (r > 0)
		return EXIT_PASS;
	if (r == 0)
		r = fsio_open(&fs, options.sysroot, &e);
	if (r < 0) {
		log_error("%s", e.text);
		return EXIT_USAGE;
	}
	r = topology_read(&fs, &t, &e);
	fsio_close(&fs);
	if (r < 0) {
		log_error("%s", e.text);
		/* ENOENT: a kernel without memory hotplug */
		return r == -ENOENT ? EXIT_SKIP : EXIT_CANNOT_JUDGE;
	}
	if (options.json) {
		print_json(&t);
	} else {
		print_nodes(&t);
		(void)putchar('\n');
		print_blocks(&t);
		print_sums(&t);
	}
	topology_done(&t);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		log_error("cannot write the topology: %s", strerror(errno));
		return EXIT_CANNOT_JUDGE;
	}
	return EXIT_PASS;
}
