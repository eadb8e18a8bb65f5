// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/probes.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs/tracefs.h>

#include "base/cleanup.h"
#include "base/fsio.h"
#include "base/memory.h"
#include "observe/trace_text.h"
#include "observe/tracing.h"

/*
 * Returns that can be pending at a time: a task that sleeps in the middle of a move holds one.
 * The kernel's own choice is max(10, 2 * CPUs) (kernel/kprobes.c, register_kretprobe()), a
 * return without a free one is missed, and counted in kprobe_profile.
 */
#define MAX_ACTIVE 512

/* In the order of preference. */
static const char *const alloc_functions[] = {"alloc_migration_target", "alloc_new_node_page"};

enum { MOVE_FOLIO, MOVE_PAGE, FIRST_WAIT };
static const char *const functions[] = {
	[MOVE_FOLIO] = "move_to_new_folio",
	[MOVE_PAGE] = "move_to_new_page",
	[FIRST_WAIT] = "migration_entry_wait",
	"migration_entry_wait_huge",
	"pmd_migration_entry_wait",
};
_Static_assert(ARRAY_SIZE(functions) == FIRST_WAIT + PROBE_MAX_WAITS, "room for every wait");

int probes_symbols(struct fsio *fs, char move[SYMBOL_SIZE],
		   char waits[PROBE_MAX_WAITS][SYMBOL_SIZE], char why[OBSERVER_WHY_SIZE])
{
	char found[ARRAY_SIZE(functions)][SYMBOL_SIZE];
	int r = symbols_find(fs->root_fd, "proc/kallsyms", functions, ARRAY_SIZE(functions), found);

	if (r < 0) {
		(void)snprintf(why, OBSERVER_WHY_SIZE, "cannot read /proc/kallsyms: %s",
			       strerror(-r));
		return r;
	}
	(void)strcpy(move, found[found[MOVE_FOLIO][0] ? MOVE_FOLIO : MOVE_PAGE]);
	for (size_t i = 0; i < PROBE_MAX_WAITS; i++)
		(void)strcpy(waits[i], found[FIRST_WAIT + i]);
	if (move[0])
		return 0;
	(void)snprintf(why, OBSERVER_WHY_SIZE, "neither %s nor %s is in /proc/kallsyms",
		       functions[MOVE_FOLIO], functions[MOVE_PAGE]);
	return -ENOENT;
}

static int event_id(const char *group, const char *event)
{
	cleanup_free char *text = tracefs_event_file_read(NULL, group, event, "id", NULL);
	long id = text ? strtol(text, NULL, 10) : 0;

	return id > 0 && id <= INT32_MAX ? (int)id : -ENOENT;
}

int probe_arm(struct probe *probe, struct fsio *fs, const char *group, const char *type,
	      const char *what)
{
	cleanup_free char *command = memory_format("%s:%s/%s %s\n", type, group, probe->name, what);
	int r = tracing_kprobe_command(fs, command);

	if (r < 0)
		return r;
	probe->is_armed = true;
	probe->id = event_id(group, probe->name);
	return probe->id < 0 ? probe->id : 0;
}

void probe_disarm(struct probe *probe, struct fsio *fs, const char *group)
{
	cleanup_free char *command = memory_format("-:%s/%s\n", group, probe->name);

	if (probe->is_armed)
		(void)tracing_kprobe_command(fs, command);
	probe->is_armed = false;
}

static int arm(struct probes *p, struct probe *probe, const char *type, const char *what)
{
	return probe_arm(probe, p->fs, p->group, type, what);
}

static void disarm(struct probes *p, struct probe *probe)
{
	probe_disarm(probe, p->fs, p->group);
}

static int arm_move(struct probes *p, char why[OBSERVER_WHY_SIZE])
{
	cleanup_free char *type = memory_format("r%d", MAX_ACTIVE);
	cleanup_free char *what = memory_format("%s ret=$retval:s32", p->symbol);
	int r;

	if (!tracefs_file_exists(NULL, "kprobe_events")) {
		(void)snprintf(why, OBSERVER_WHY_SIZE,
			       "no kprobe events in this kernel (CONFIG_KPROBE_EVENTS)");
		return -EOPNOTSUPP;
	}
	r = arm(p, &p->move, type, what);
	if (r == -EPERM)
		(void)snprintf(why, OBSERVER_WHY_SIZE,
			       "no kretprobe on %s: not permitted (lockdown=confidentiality?)",
			       p->symbol);
	else if (r < 0)
		(void)snprintf(why, OBSERVER_WHY_SIZE, "no kretprobe on %s: %s", p->symbol,
			       strerror(-r));
	return r;
}

static void arm_wait(struct probes *p, const char *symbol)
{
	struct probe *probe = &p->waits[p->n_waits];

	if (arm(p, probe, "p", symbol) < 0) {
		disarm(p, probe);
		p->has_all_waits = false;
		return;
	}
	p->n_waits++;
}

/* "p:group/alloc symbol locked=+0($arg1):b1@0/64": one bit of the word that the argument points to. */
static void arm_alloc(struct probes *p, char why[OBSERVER_WHY_SIZE])
{
	char found[ARRAY_SIZE(alloc_functions)][SYMBOL_SIZE] = {{0}};
	const char *name = NULL;
	int r = symbols_find(p->fs->root_fd, "proc/kallsyms", alloc_functions,
			     ARRAY_SIZE(alloc_functions), found);

	/* A renamed one (.isra) may have other arguments. */
	for (size_t i = 0; r == 0 && !name && i < ARRAY_SIZE(alloc_functions); i++)
		if (strcmp(found[i], alloc_functions[i]) == 0)
			name = alloc_functions[i];
	if (name) {
		cleanup_free char *what = memory_format("%s locked=+0($arg1):b1@0/%zu", name,
							8 * sizeof(unsigned long));

		r = arm(p, &p->alloc, "p", what);
		if (r == 0)
			return;
		disarm(p, &p->alloc);
	}
	(void)snprintf(why, OBSERVER_WHY_SIZE,
		       "whether source pages are locked cannot be seen: no kprobe on %s: %s",
		       name ? name : alloc_functions[0],
		       r < 0 ? strerror(-r) : "this kernel has no such function");
}

/* What the kernel takes for a group, short enough for the names that are made of it. */
static bool is_group_name(const char *group)
{
	size_t n = 0;

	for (; group[n]; n++)
		if (!isalnum((unsigned char)group[n]) && group[n] != '_')
			return false;
	return n > 0 && n < PROBE_NAME_SIZE - sizeof("_wait0") && !isdigit((unsigned char)group[0]);
}

static void name_probes(struct probes *p, struct fsio *fs, const char *group)
{
	*p = (struct probes){.fs = fs, .has_all_waits = true};
	(void)strcpy(p->group, group);
	(void)strcat(strcpy(p->move.name, group), "_move");
	(void)strcat(strcpy(p->alloc.name, group), "_alloc");
	for (size_t i = 0; i < PROBE_MAX_WAITS; i++) {
		(void)strcat(strcpy(p->waits[i].name, group), "_wait0");
		p->waits[i].name[strlen(group) + strlen("_wait")] = (char)('0' + i);
	}
}

int probes_arm(struct probes *p, struct fsio *fs, const char *group, unsigned int extras,
	       char why[OBSERVER_WHY_SIZE])
{
	char waits[PROBE_MAX_WAITS][SYMBOL_SIZE] = {{0}};
	int r;

	if (!is_group_name(group)) {
		(void)snprintf(why, OBSERVER_WHY_SIZE, "'%.40s' is no name for a group of probes",
			       group);
		return -EINVAL;
	}
	name_probes(p, fs, group);
	r = tracing_begin(fs, why);
	if (r == 0)
		r = probes_symbols(fs, p->symbol, waits, why);
	if (r == 0)
		r = arm_move(p, why);
	if (r < 0) {
		probes_disarm(p);
		return r;
	}
	for (size_t i = 0; i < PROBE_MAX_WAITS; i++)
		if (waits[i][0])
			arm_wait(p, waits[i]);
	p->has_all_waits &= p->n_waits > 0;
	if (extras & OBSERVE_ALLOCATIONS)
		arm_alloc(p, why);
	return 0;
}

void probes_disarm(struct probes *p)
{
	disarm(p, &p->move);
	disarm(p, &p->alloc);
	for (size_t i = 0; i < p->n_waits; i++)
		disarm(p, &p->waits[i]);
	p->n_waits = 0;
	p->symbol[0] = '\0';
}

void probes_misses(const struct probes *p, struct measured *ret)
{
	cleanup_free char *text = tracefs_instance_file_read(NULL, "kprobe_profile", NULL);
	uint64_t hits, misses, sum = 0;

	*ret = (struct measured){0};
	if (!text || !kprobe_profile_find(text, p->move.name, &hits, &misses))
		return;
	sum = misses;
	if (p->alloc.is_armed) {
		if (!kprobe_profile_find(text, p->alloc.name, &hits, &misses))
			return;
		sum += misses;
	}
	for (size_t i = 0; i < p->n_waits; i++) {
		if (!kprobe_profile_find(text, p->waits[i].name, &hits, &misses))
			return;
		sum += misses;
	}
	*ret = (struct measured){true, sum};
}
