// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memsoak doctor: what this host can and cannot test, and why. It looks only: no write, no probe,
 * no mount. What an unprivileged user may not see is said to be unseen, not to be missing.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/fsio.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "base/options.h"
#include "base/units.h"
#include "cli/commands.h"
#include "observe/ability.h"
#include "observe/checkup.h"
#include "topology/topology.h"

#define DEFAULT_RESERVE_BYTES (4ULL << 30) /* [guard] reserve, where the profile does not say */

struct doctor {
	struct fsio fs;
	struct topology topology;
	struct err topology_error; /* code 0: it was read */
	struct count_ability ability;
	uint64_t offlinable_blocks;
	bool can_offline, can_move;
};

static void check_privileges(struct doctor *d, struct finding *f)
{
	if (!d->fs.is_real_root) {
		finding_say(f, FINDING_OK, "a captured tree is looked at, not this host");
	} else if (geteuid() == 0) {
		finding_say(f, FINDING_OK, "root");
	} else {
		finding_say(f, FINDING_LIMITED, "not root: some of what follows could not be seen");
		finding_advise(f, "start runs with sudo, and ask again with sudo to see all");
	}
}

static void check_hotplug(struct doctor *d, struct finding *f)
{
	char size[32];

	if (d->topology_error.code) {
		finding_say(f, FINDING_NO, "%s", d->topology_error.text);
		finding_advise(f, "no memory can go offline; a kernel needs CONFIG_MEMORY_HOTPLUG "
				  "and CONFIG_MEMORY_HOTREMOVE");
		return;
	}
	units_format_bytes(d->topology.block_size_bytes, size, sizeof(size));
	finding_say(f, FINDING_OK, "%zu blocks of %s", d->topology.n_blocks, size);
}

static void check_nodes(struct doctor *d, struct finding *f)
{
	size_t with_memory = 0, with_cpus = 0;

	for (size_t i = 0; i < d->topology.n_nodes; i++) {
		with_memory += d->topology.nodes[i].has_memory;
		with_cpus += d->topology.nodes[i].has_cpus;
	}
	d->can_move = with_memory >= 2;
	finding_say(f, d->can_move ? FINDING_OK : FINDING_LIMITED, "%zu with memory, %zu with CPUs",
		    with_memory, with_cpus);
	if (!d->can_move)
		finding_advise(f, "move_pages needs a second node with memory (numa=fake=2 makes "
				  "one for a test)");
}

/* "12 are in another zone ...; 1 is not online" */
static void list_refusals(const struct topology *t, char *buffer, size_t size)
{
	size_t used = 0;

	buffer[0] = '\0';
	for (int refusal = BLOCK_OFFLINABLE + 1; refusal < REFUSED_MAX; refusal++) {
		size_t n = 0;

		for (size_t i = 0; i < t->n_blocks; i++)
			n += t->blocks[i].refusal == refusal;
		if (n && used < size)
			used += (size_t)snprintf(buffer + used, size - used, "%s%zu: %s",
						 used ? "; " : "", n,
						 block_refusal_text((enum block_refusal)refusal));
	}
}

static void check_blocks(struct doctor *d, struct finding *f)
{
	const struct topology *t = &d->topology;
	char why[256];

	for (size_t i = 0; i < t->n_blocks; i++)
		d->offlinable_blocks += t->blocks[i].refusal == BLOCK_OFFLINABLE;
	list_refusals(t, why, sizeof(why));
	if (d->offlinable_blocks) {
		finding_say(f, FINDING_OK, "%llu of %zu can go offline%s%s%s",
			    (unsigned long long)d->offlinable_blocks, t->n_blocks,
			    why[0] ? " (" : "", why, why[0] ? ")" : "");
		return;
	}
	finding_say(f, FINDING_NO, "none of %zu can go offline%s%s%s", t->n_blocks,
		    why[0] ? " (" : "", why, why[0] ? ")" : "");
	finding_advise(f, "boot with movable_node or kernelcore=, or online hot-added memory as "
			  "online_movable");
}

static uint64_t meminfo_bytes(struct doctor *d, const char *name)
{
	cleanup_free char *text = NULL;
	unsigned long long kib;
	const char *line;

	if (fsio_read_all(&d->fs, &text, NULL, "proc/meminfo") < 0)
		return 0;
	line = strstr(text, name);
	return line && sscanf(line + strlen(name), ": %llu kB", &kib) == 1 ? kib * 1024 : 0;
}

static void check_guard(struct doctor *d, struct finding *f)
{
	uint64_t total = meminfo_bytes(d, "MemTotal"), available = meminfo_bytes(d, "MemAvailable");
	uint64_t tenth = total / 10, block = d->topology.block_size_bytes;
	uint64_t reserve = tenth > DEFAULT_RESERVE_BYTES ? tenth : DEFAULT_RESERVE_BYTES;
	uint64_t left = available > block ? available - block : 0;
	char available_text[32], reserve_text[32], tenth_text[32];

	d->can_offline = d->offlinable_blocks && left >= tenth;
	units_format_bytes(available, available_text, sizeof(available_text));
	units_format_bytes(reserve, reserve_text, sizeof(reserve_text));
	units_format_bytes(tenth, tenth_text, sizeof(tenth_text));
	if (total == 0) {
		finding_say(f, FINDING_LIMITED, "/proc/meminfo cannot be read");
		d->can_offline = d->offlinable_blocks > 0;
	} else if (left >= reserve) {
		finding_say(f, FINDING_OK, "%s available, %s always stay free", available_text,
			    reserve_text);
	} else if (left >= tenth) {
		finding_say(
			f, FINDING_LIMITED,
			"%s available, without a block less than the %s that stay free by default",
			available_text, reserve_text);
		finding_advise(
			f, "set [guard] reserve in the profile: at least %s stay free in any case",
			tenth_text);
	} else {
		finding_say(f, FINDING_NO,
			    "%s available: without a block less than 10 %% (%s) would stay free",
			    available_text, tenth_text);
		finding_advise(f, "no block will be attempted until memory is freed");
	}
}

static void check_pagemap(struct doctor *d, struct finding *f)
{
	if (!d->fs.is_real_root) {
		finding_say(f, FINDING_OK, "not known of a captured tree");
	} else if (fsio_exists(&d->fs, "proc/self/pagemap")) {
		finding_say(f, FINDING_OK, "pages can be put into the block that goes offline");
	} else {
		finding_say(f, FINDING_LIMITED, "no /proc/self/pagemap (CONFIG_PROC_PAGE_MONITOR)");
		finding_advise(f, "the workers' pages cannot be aimed at a block");
	}
}

static const struct {
	const char *name;
	void (*run)(struct doctor *d, struct finding *f);
} memory_checks[] = {
	{"privileges", check_privileges}, {"memory-hotplug", check_hotplug},
	{"nodes", check_nodes},		  {"blocks", check_blocks},
	{"guard", check_guard},		  {"pagemap", check_pagemap},
};

static void print_line(const char *name, const struct finding *f)
{
	(void)printf("%-8s %-22s %s\n", finding_result_name(f->result), name, f->what);
	if (f->consequence[0])
		(void)printf("%-8s %-22s -> %s\n", "", "", f->consequence);
}

/* @list NULL: for people. */
static void tell(const char *name, const struct finding *f, struct jsonw *list)
{
	struct jsonw *check;

	if (!list) {
		print_line(name, f);
		return;
	}
	check = jsonw_object();
	jsonw_set_string(check, "name", name);
	jsonw_set_string(check, "result", finding_result_name(f->result));
	jsonw_set_string(check, "what", f->what);
	if (f->consequence[0])
		jsonw_set_string(check, "consequence", f->consequence);
	jsonw_append(list, check);
}

static void run_checkups(struct doctor *d, const struct checkup checkups[], size_t n,
			 struct jsonw *list)
{
	for (size_t i = 0; i < n; i++) {
		struct finding finding = {0};

		checkups[i].run(&d->fs, &d->ability, &finding);
		tell(checkups[i].name, &finding, list);
	}
}

static void run_all(struct doctor *d, struct jsonw *list)
{
	for (size_t i = 0; i < ARRAY_SIZE(memory_checks); i++) {
		struct finding finding = {0};

		memory_checks[i].run(d, &finding);
		tell(memory_checks[i].name, &finding, list);
	}
	run_checkups(d, checkups_counting, n_checkups_counting, list);
	run_checkups(d, checkups_kernel, n_checkups_kernel, list);
}

static void report_lines(struct doctor *d)
{
	run_all(d, NULL);
	(void)printf("\ncan be tested here: offlining %s, move_pages %s\n",
		     d->can_offline ? "yes" : "no", d->can_move ? "yes" : "no");
}

static void report_json(struct doctor *d)
{
	struct jsonw *document = jsonw_object(), *schema = jsonw_object(), *list = jsonw_array();

	jsonw_set_string(schema, "name", "memsoak-doctor");
	jsonw_set_uint(schema, "major", 1);
	jsonw_set_uint(schema, "minor", 0);
	jsonw_set(document, "schema", schema);
	run_all(d, list);
	jsonw_set(document, "checks", list);
	jsonw_set_bool(document, "testable", d->can_offline || d->can_move);
	(void)puts(jsonw_pretty(document, NULL));
	jsonw_free(document);
}

struct doctor_options {
	bool json;
	const char *sysroot;
};

static const struct option_spec doctor_specs[] = {
	{"json", 'j', OPTION_FLAG, offsetof(struct doctor_options, json), 0, 0, NULL, "JSON"},
	{"sysroot", 's', OPTION_STRING, offsetof(struct doctor_options, sysroot), 0, 0, "DIR",
	 "look at DIR/sys and DIR/proc instead of this host's"},
};

static const struct option_command doctor_command = {
	.program = "memsoak doctor",
	.usage = "[--json] [--sysroot DIR]",
	.summary = "What this host can and cannot test, and why. Nothing is changed.",
	.specs = doctor_specs,
	.n_specs = ARRAY_SIZE(doctor_specs),
};

int cmd_doctor(int argc, char *const argv[])
{
	struct doctor_options options = {0};
	struct doctor d = {0};
	struct err e = {0};
	int r = options_parse(&doctor_command, argc, argv, &options, NULL, &e);

	if (r > 0)
		return EXIT_PASS;
	if (r == 0)
		r = fsio_open(&d.fs, options.sysroot, &e);
	if (r < 0) {
		log_error("%s", e.text);
		return EXIT_USAGE;
	}
	if (topology_read(&d.fs, &d.topology, &d.topology_error) < 0)
		d.topology = (struct topology){0};
	count_ability_read(&d.fs, &d.ability);
	if (options.json)
		report_json(&d);
	else
		report_lines(&d);
	topology_done(&d.topology);
	fsio_close(&d.fs);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		log_error("cannot write what was found: %s", strerror(errno));
		return EXIT_CANNOT_JUDGE;
	}
	return d.can_offline || d.can_move ? EXIT_PASS : EXIT_SKIP;
}
