// SPDX-License-Identifier: GPL-2.0-or-later
/* memsoak doctor: what this host can and cannot test, and why. Reads only. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/fsio.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/options.h"
#include "cli/commands.h"
#include "observe/fingerprint.h"
#include "observe/host.h"
#include "observe/symbols.h"
#include "topology/topology.h"

struct doctor_options {
	bool json;
	const char *sysroot;
};

#define FIELD(f) offsetof(struct doctor_options, f)
static const struct option_spec specs[] = {
	{"json", 'j', OPTION_FLAG, FIELD(json), 0, 0, NULL, "JSON"},
	{"sysroot", 0, OPTION_STRING, FIELD(sysroot), 0, 0, "DIR", "look at this tree, not at /"},
};

static const struct option_command command = {
	.program = "memsoak doctor",
	.usage = "[--json] [--sysroot DIR]",
	.summary = "What this host can and cannot test, and why. Nothing is changed.",
	.specs = specs,
	.n_specs = ARRAY_SIZE(specs),
};

struct doctor {
	struct fsio fs;
	struct topology topology;
	struct jsonw *checks; /* [{name, result, text, advice}] */
	bool can_offline, can_move;
};

static void say(struct doctor *d, const char *name, const char *result, char *text,
		const char *advice)
{
	struct jsonw *check = jsonw_object();

	jsonw_set_string(check, "name", name);
	jsonw_set_string(check, "result", result);
	jsonw_set_string(check, "text", text);
	jsonw_set_string(check, "advice", advice);
	jsonw_append(d->checks, check);
	free(text);
}

static void check_root(struct doctor *d)
{
	if (geteuid() == 0)
		say(d, "root", "ok", memory_string("running as root"), NULL);
	else
		say(d, "root", "limited", memory_string("not root: some of the following could not be seen"),
		    "a run needs root");
}

static void check_blocks(struct doctor *d)
{
	size_t offlinable = 0;

	for (size_t i = 0; i < d->topology.n_blocks; i++)
		offlinable += d->topology.blocks[i].refusal == BLOCK_OFFLINABLE;
	d->can_offline = offlinable > 0;
	say(d, "blocks", offlinable ? "ok" : "no",
	    memory_format("%zu of %zu memory blocks are online in ZONE_MOVABLE", offlinable,
			  d->topology.n_blocks),
	    offlinable ? NULL
		       : "boot with movable_node or kernelcore=, or online memory as online_movable; \"memsoak topology\" has the reasons");
}

static void check_nodes(struct doctor *d)
{
	size_t with_memory = 0;

	for (size_t i = 0; i < d->topology.n_nodes; i++)
		with_memory += d->topology.nodes[i].has_memory;
	d->can_move = with_memory >= 2;
	say(d, "nodes", d->can_move ? "ok" : "limited",
	    memory_format("%zu nodes with memory", with_memory),
	    d->can_move ? NULL : "move_pages needs two: it is not tested here");
}

static void check_counting(struct doctor *d)
{
	static const char *const names[] = {"move_to_new_folio", "move_to_new_page"};
	char found[ARRAY_SIZE(names)][SYMBOL_SIZE] = {"", ""};
	bool has_kprobes = fsio_exists(&d->fs, "sys/kernel/tracing/kprobe_events") ||
			   fsio_exists(&d->fs, "sys/kernel/debug/tracing/kprobe_events");
	const char *symbol;

	if (d->fs.is_real_root)
		(void)symbols_find(NULL, names, ARRAY_SIZE(names), found);
	symbol = found[0][0] ? found[0] : found[1];
	if (has_kprobes && symbol[0])
		say(d, "counting", "ok",
		    memory_format("EAGAIN can be counted by a kretprobe on %s", symbol), NULL);
	else
		say(d, "counting", "limited",
		    memory_format("EAGAIN cannot be counted: %s",
				  has_kprobes ? "neither move_to_new_folio nor move_to_new_page is in /proc/kallsyms"
					      : "no kprobe_events in tracefs"),
		    "mount -t tracefs tracefs /sys/kernel/tracing, or use a kernel with CONFIG_KPROBE_EVENTS; without it only final failures are seen");
}

static void check_number(struct doctor *d, const char *name, const char *path, const char *what,
			 uint64_t bad, const char *advice)
{
	uint64_t value;

	if (fsio_read_u64(&d->fs, &value, 10, "%s", path) < 0)
		say(d, name, "limited", memory_format("%s: /%s is not there", what, path), NULL);
	else
		say(d, name, value == bad ? "limited" : "ok",
		    memory_format("%s: %llu", what, (unsigned long long)value),
		    value == bad ? advice : NULL);
}

static void check_kernel(struct doctor *d)
{
	const char *virtualisation = host_virtualisation(&d->fs);
	bool is_emulated = strcmp(virtualisation, "tcg") == 0;

	check_number(d, "soft_lockups", "proc/sys/kernel/watchdog_thresh", "soft lockup threshold, seconds",
		     0, "the detector is off: soft lockups are not seen");
	check_number(d, "hung_tasks", "proc/sys/kernel/hung_task_timeout_secs",
		     "hung task timeout, seconds", 0, "the detector is off: hung tasks are not seen");
	check_number(d, "numa_balancing", "proc/sys/kernel/numa_balancing", "NUMA balancing", UINT64_MAX,
		     NULL);
	say(d, "kernel_log", access("/dev/kmsg", R_OK) == 0 ? "ok" : "limited",
	    memory_string("/dev/kmsg"), NULL);
	say(d, "virtualisation", is_emulated ? "limited" : "ok",
	    memory_format("virtualisation: %s", virtualisation),
	    is_emulated ? "a slow guest makes its own lockups: they are reported, not judged" : NULL);
	if (d->fs.is_real_root)
		say(d, "generation", "ok",
		    memory_format("wait on migration entries: generation %s (by symbol)",
				  fingerprint_generation(NULL)),
		    NULL);
}

static void print_checks(const struct doctor *d)
{
	for (size_t i = 0; i < jsonw_length(d->checks); i++) {
		const struct jsonw *check = jsonw_at(d->checks, i);
		const char *advice = jsonw_get_string(check, "advice");

		(void)printf("%-8s %-15s %s\n", jsonw_get_string(check, "result"),
			     jsonw_get_string(check, "name"), jsonw_get_string(check, "text"));
		if (advice)
			(void)printf("%-8s %-15s   %s\n", "", "", advice);
	}
	(void)printf("testable here: offlining %s, move_pages %s\n", d->can_offline ? "yes" : "no",
		     d->can_move ? "yes" : "no");
}

static void print_json(struct doctor *d)
{
	struct jsonw *document = jsonw_object(), *schema = jsonw_object();

	jsonw_set_string(schema, "name", "memsoak-doctor");
	jsonw_set_uint(schema, "major", 1);
	jsonw_set_uint(schema, "minor", 0);
	jsonw_set(document, "schema", schema);
	jsonw_set(document, "checks", steal_ptr(&d->checks));
	jsonw_set_bool(document, "testable", d->can_offline || d->can_move);
	(void)puts(jsonw_pretty(document, NULL));
	jsonw_free(document);
}

static int examine(const struct doctor_options *options, struct err *e)
{
	struct doctor d = {.fs.root_fd = -1};
	int code = EXIT_CANNOT_JUDGE;

	if (fsio_open(&d.fs, options->sysroot, e) == 0 &&
	    topology_read(&d.fs, &d.topology, e) == 0) {
		d.checks = jsonw_array();
		check_root(&d);
		check_blocks(&d);
		check_nodes(&d);
		check_counting(&d);
		check_kernel(&d);
		code = d.can_offline || d.can_move ? EXIT_PASS : EXIT_SKIP;
		if (options->json)
			print_json(&d);
		else
			print_checks(&d);
	} else if (e->code == -ENOENT) {
		code = EXIT_SKIP;
	}
	jsonw_free(d.checks);
	topology_done(&d.topology);
	fsio_close(&d.fs);
	return code;
}

int cmd_doctor(int argc, char *const argv[])
{
	struct doctor_options options = {0};
	struct err e = {0};
	int code;
	int r = options_parse(&command, argc, argv, &options, NULL, &e);

	if (r > 0)
		return EXIT_PASS;
	code = r < 0 ? EXIT_USAGE : examine(&options, &e);
	if (e.code < 0)
		log_error("%s", e.text);
	return code;
}
