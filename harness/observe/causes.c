// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/causes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs/tracefs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fsio.h"
#include "base/memory.h"
#include "observe/bpf.h"
#include "observe/bpf_text.h"
#include "observe/cpu_list.h"
#include "observe/probes.h"
#include "observe/trace_text.h"
#include "observe/tracing.h"

/* Tasks that sleep in one function at a time; those beyond it are missed and told as such. */
#define MAX_ACTIVE 1024

/* Tasks that wait, and pages that somebody waits for or that went into a batch, at a time. */
#define MAX_TASKS 16384
#define MAX_PAGES 16384

#define NO_PROGRAM CAUSE_PROGRAMS

enum role {
	ROLE_MOVE, /* the first that the kernel has; without it there is nothing to be said */
	ROLE_WAIT, /* each that it has, and one at least */
	ROLE_HOLD, /* the same */
	ROLE_FAULT,
	ROLE_LOOKUP,
	ROLE_PUT,    /* of the kernels in which a waiter lets go of its reference (5.0 to 5.16) */
	ROLE_LOCKED, /* of those in which it has none (5.17 and later), or should have none */
	ROLE_SLEEP,
	ROLE_BATCH,
	ROLE_UNDO,
	ROLES,
};

static const struct hook {
	const char *function;
	enum role role;
	enum cause_program at_entry, at_return;
} hooks[] = {
	{"move_to_new_folio", ROLE_MOVE, CAUSE_MOVE_ENTRY, CAUSE_MOVE_RETURN},
	{"move_to_new_page", ROLE_MOVE, CAUSE_MOVE_ENTRY, CAUSE_MOVE_RETURN},
	{"migration_entry_wait", ROLE_WAIT, CAUSE_WAIT_ENTRY, CAUSE_WAIT_RETURN},
	{"migration_entry_wait_huge", ROLE_WAIT, CAUSE_WAIT_ENTRY, CAUSE_WAIT_RETURN},
	{"pmd_migration_entry_wait", ROLE_WAIT, CAUSE_WAIT_ENTRY, CAUSE_WAIT_RETURN},
	/* mm/filemap.c; pages until 5.15, folios since */
	{"wait_on_page_bit", ROLE_HOLD, CAUSE_HOLD_ENTRY, CAUSE_HOLD_RETURN},
	{"wait_on_page_bit_killable", ROLE_HOLD, CAUSE_HOLD_ENTRY, CAUSE_HOLD_RETURN},
	{"folio_wait_bit", ROLE_HOLD, CAUSE_HOLD_ENTRY, CAUSE_HOLD_RETURN},
	{"folio_wait_bit_killable", ROLE_HOLD, CAUSE_HOLD_ENTRY, CAUSE_HOLD_RETURN},
	{"__lock_page", ROLE_HOLD, CAUSE_HOLD_ENTRY, CAUSE_HOLD_RETURN},
	{"__lock_page_killable", ROLE_HOLD, CAUSE_HOLD_ENTRY, CAUSE_HOLD_RETURN},
	{"__lock_page_or_retry", ROLE_HOLD, CAUSE_HOLD_ENTRY, CAUSE_HOLD_RETURN},
	{"__folio_lock", ROLE_HOLD, CAUSE_HOLD_ENTRY, CAUSE_HOLD_RETURN},
	{"__folio_lock_killable", ROLE_HOLD, CAUSE_HOLD_ENTRY, CAUSE_HOLD_RETURN},
	{"__folio_lock_or_retry", ROLE_HOLD, CAUSE_HOLD_ENTRY, CAUSE_HOLD_RETURN},
	/* mm/shmem.c, mm/filemap.c */
	{"shmem_fault", ROLE_FAULT, CAUSE_FAULT_ENTRY, CAUSE_HOLD_RETURN},
	{"filemap_fault", ROLE_FAULT, CAUSE_FAULT_ENTRY, CAUSE_HOLD_RETURN},
	{"pagecache_get_page", ROLE_LOOKUP, CAUSE_LOOKUP_ENTRY, CAUSE_LOOKUP_RETURN},
	{"__filemap_get_folio", ROLE_LOOKUP, CAUSE_LOOKUP_ENTRY, CAUSE_LOOKUP_RETURN},
	{"put_and_wait_on_page_locked", ROLE_PUT, CAUSE_PUT_ENTRY, CAUSE_HOLD_RETURN},
	{"folio_put_wait_locked", ROLE_PUT, CAUSE_PUT_ENTRY, CAUSE_HOLD_RETURN},
	{"migration_entry_wait_on_locked", ROLE_LOCKED, CAUSE_LOCKED_ENTRY, NO_PROGRAM},
	{"softleaf_entry_wait_on_locked", ROLE_LOCKED, CAUSE_LOCKED_ENTRY, NO_PROGRAM},
	{"io_schedule", ROLE_SLEEP, CAUSE_SLEEP_ENTRY, NO_PROGRAM},
	/* mm/mlock.c since 5.18 */
	{"mlock_page", ROLE_BATCH, CAUSE_BATCH_ENTRY, NO_PROGRAM},
	{"mlock_new_page", ROLE_BATCH, CAUSE_BATCH_ENTRY, NO_PROGRAM},
	{"munlock_page", ROLE_BATCH, CAUSE_BATCH_ENTRY, NO_PROGRAM},
	{"mlock_folio", ROLE_BATCH, CAUSE_BATCH_ENTRY, NO_PROGRAM},
	{"mlock_new_folio", ROLE_BATCH, CAUSE_BATCH_ENTRY, NO_PROGRAM},
	{"munlock_folio", ROLE_BATCH, CAUSE_BATCH_ENTRY, NO_PROGRAM},
	{"mlock_page_drain_local", ROLE_BATCH, CAUSE_DRAIN_ENTRY, NO_PROGRAM},
	{"mlock_page_drain_remote", ROLE_BATCH, CAUSE_DRAIN_OTHER_ENTRY, NO_PROGRAM},
	{"mlock_drain_local", ROLE_BATCH, CAUSE_DRAIN_ENTRY, NO_PROGRAM},
	{"mlock_drain_remote", ROLE_BATCH, CAUSE_DRAIN_OTHER_ENTRY, NO_PROGRAM},
	{"migrate_folio_undo_src", ROLE_UNDO, CAUSE_UNDO_ENTRY, NO_PROGRAM},
};
#define HOOKS ARRAY_SIZE(hooks)

struct attached {
	struct probe probe;
	int fd; /* the perf event; -1: none */
	bool is_return;
};

struct causes {
	struct fsio *fs;
	char group[PROBE_NAME_SIZE];
	char found[HOOKS][SYMBOL_SIZE];
	struct cause_maps maps;
	int programs[CAUSE_PROGRAMS]; /* -1: not loaded */
	struct attached attached[2 * HOOKS];
	size_t n_attached;
	int cpu; /* for the perf events */
	size_t has[ROLES];
};

static int make_maps(struct causes *c, struct err *e)
{
	const struct {
		int *fd;
		struct bpf_map_shape shape;
	} table[] = {
		{&c->maps.tasks,
		 {"tasks", BPF_MAP_TYPE_HASH, sizeof(uint64_t), sizeof(struct cause_task),
		  MAX_TASKS}},
		{&c->maps.moves,
		 {"moves", BPF_MAP_TYPE_LRU_HASH, sizeof(uint64_t), sizeof(struct cause_move),
		  MAX_TASKS}},
		/* Pages that nobody has waited for lately make room. */
		{&c->maps.pages,
		 {"pages", BPF_MAP_TYPE_LRU_HASH, sizeof(uint64_t), sizeof(struct cause_page),
		  MAX_PAGES}},
		{&c->maps.cpus,
		 {"cpus", BPF_MAP_TYPE_ARRAY, sizeof(uint32_t), sizeof(struct cause_cpu),
		  CPU_LIST_MAX}},
		{&c->maps.figures,
		 {"figures", BPF_MAP_TYPE_ARRAY, sizeof(uint32_t), sizeof(struct cause_figures),
		  1}},
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		int fd = bpf_map_new(&table[i].shape, e);

		if (fd < 0)
			return fd;
		*table[i].fd = fd;
	}
	return 0;
}

/* The program, loaded when it is first asked for. */
static int program(struct causes *c, enum cause_program which, struct err *e)
{
	struct bpf_text *text;
	int r;

	if (c->programs[which] >= 0)
		return c->programs[which];
	text = memory_alloc(1, sizeof(*text));
	r = cause_program_write(which, &c->maps, text);
	if (r < 0)
		r = err_errno(e, r, "the BPF program '%s'", cause_program_name(which));
	else
		r = c->programs[which] = bpf_program_new(cause_program_name(which), text, e);
	free(text);
	return r;
}

/* -EOPNOTSUPP: the kernel lets nobody probe that function (it is notrace, or there are two). */
static int hang(struct causes *c, const char *function, enum cause_program which, bool is_return,
		struct err *e)
{
	struct attached *a = &c->attached[c->n_attached];
	cleanup_free char *type = is_return ? memory_format("r%d", MAX_ACTIVE) : memory_string("p");
	int fd = program(c, which, e), r;

	if (fd < 0)
		return fd;
	*a = (struct attached){.fd = -1, .is_return = is_return};
	(void)snprintf(a->probe.name, sizeof(a->probe.name), "%.40s_cause%02zu", c->group,
		       c->n_attached);
	c->n_attached++;
	r = probe_arm(&a->probe, c->fs, c->group, type, function);
	if (r < 0)
		return err_errno(e, r == -EINVAL || r == -ENOENT ? -EOPNOTSUPP : r,
				 "no kprobe on %s", function);
	a->fd = bpf_attach(fd, a->probe.id, c->cpu, e);
	return a->fd < 0 ? a->fd : 0;
}

static void close_one(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* All the events before the first probe: the kernel waits for those who are inside. */
static void take_down(struct causes *c, size_t from)
{
	for (size_t i = c->n_attached; i > from; i--)
		close_one(&c->attached[i - 1].fd);
	for (size_t i = c->n_attached; i > from; i--)
		probe_disarm(&c->attached[i - 1].probe, c->fs, c->group);
	c->n_attached = from;
}

static int hang_both(struct causes *c, size_t i, struct err *e)
{
	const struct hook *hook = &hooks[i];
	size_t before = c->n_attached;
	int r = 0;

	/* The return first: no task may come in that is not seen to leave. */
	if (hook->at_return != NO_PROGRAM)
		r = hang(c, c->found[i], hook->at_return, true, e);
	if (r == 0)
		r = hang(c, c->found[i], hook->at_entry, false, e);
	if (r < 0)
		take_down(c, before);
	return r;
}

/* A renamed function (.isra) may have other arguments; those of a wait do not matter. */
static bool is_usable(const struct causes *c, size_t i)
{
	return c->found[i][0] &&
	       (hooks[i].role == ROLE_WAIT || strcmp(c->found[i], hooks[i].function) == 0);
}

static bool is_wanted(const struct causes *c, enum role role)
{
	if (role == ROLE_MOVE)
		return c->has[ROLE_MOVE] == 0;
	return role != ROLE_SLEEP || c->has[ROLE_PUT] + c->has[ROLE_LOCKED] > 0;
}

/* Without one of these its figure is smaller, and "other_holder" or "unknown" greater. */
static bool is_optional(enum role role)
{
	return role == ROLE_FAULT || role == ROLE_LOOKUP || role == ROLE_UNDO;
}

static int none_for(const char *what, struct err *e)
{
	return err_set(e, -EOPNOTSUPP, "this kernel has no function that can be probed for %s",
		       what);
}

static int hang_all(struct causes *c, struct err *e)
{
	for (size_t i = 0; i < HOOKS; i++) {
		enum role role = hooks[i].role;
		struct err why = {0};
		int r;

		if (!is_usable(c, i) || !is_wanted(c, role))
			continue;
		r = hang_both(c, i, &why);
		if (r == -EOPNOTSUPP && is_optional(role))
			continue;
		if (r < 0)
			return err_set(e, r, "%s", why.text);
		c->has[role]++;
	}
	if (c->has[ROLE_MOVE] == 0)
		return none_for("the move of a page", e);
	if (c->has[ROLE_WAIT] == 0)
		return none_for("the wait for a migration", e);
	return c->has[ROLE_HOLD] == 0 ? none_for("the wait for a page", e) : 0;
}

static int find_functions(struct causes *c, struct err *e)
{
	const char *names[HOOKS];
	int r;

	for (size_t i = 0; i < HOOKS; i++)
		names[i] = hooks[i].function;
	r = symbols_find(c->fs->root_fd, "proc/kallsyms", names, HOOKS, c->found);
	return r < 0 ? err_errno(e, r, "cannot read /proc/kallsyms") : 0;
}

static int find_cpu(struct causes *c, struct err *e)
{
	struct cpu_list online;

	if (!cpu_list_read_online(c->fs, &online))
		return err_set(e, -EIO, "cannot read /sys/devices/system/cpu/online");
	while (c->cpu < CPU_LIST_MAX - 1 && !cpu_list_has(&online, (uint32_t)c->cpu))
		c->cpu++;
	return 0;
}

static int begin_tracing(struct causes *c, struct err *e)
{
	char why[OBSERVER_WHY_SIZE] = "";
	int r = tracing_begin(c->fs, why);

	if (r < 0)
		return err_set(e, r, "%s", why);
	if (!tracefs_file_exists(NULL, "kprobe_events"))
		return err_set(e, -EOPNOTSUPP,
			       "no kprobe events in this kernel (CONFIG_KPROBE_EVENTS)");
	return 0;
}

int causes_open(struct fsio *fs, const char *group, struct causes **ret_causes, struct err *e)
{
	struct causes *c;
	int r;

	if (!cause_programs_can() || sizeof(void *) != 8)
		return err_set(e, -EOPNOTSUPP, "not on this architecture");
	c = memory_alloc(1, sizeof(*c));
	c->fs = fs;
	c->maps = (struct cause_maps){-1, -1, -1, -1, -1};
	for (int i = 0; i < CAUSE_PROGRAMS; i++)
		c->programs[i] = -1;
	(void)snprintf(c->group, sizeof(c->group), "%s", group);
	r = begin_tracing(c, e);
	if (r == 0)
		r = find_functions(c, e);
	if (r == 0)
		r = find_cpu(c, e);
	if (r == 0)
		r = make_maps(c, e);
	if (r == 0)
		r = hang_all(c, e);
	if (r < 0) {
		causes_close(c);
		return r;
	}
	*ret_causes = c;
	return 0;
}

void causes_close(struct causes *c)
{
	if (!c)
		return;
	take_down(c, 0);
	for (int i = 0; i < CAUSE_PROGRAMS; i++)
		close_one(&c->programs[i]);
	close_one(&c->maps.tasks);
	close_one(&c->maps.moves);
	close_one(&c->maps.pages);
	close_one(&c->maps.cpus);
	close_one(&c->maps.figures);
	free(c);
}

void causes_how(const struct causes *c, char ret_how[CAUSES_HOW_SIZE])
{
	(void)snprintf(
		ret_how, CAUSES_HOW_SIZE,
		"%zu BPF programs look at the page when an attempt has failed%s%s", c->n_attached,
		c->has[ROLE_BATCH] ? ""
				   : "; not told apart: batch (no mlock batch that can be probed)",
		c->has[ROLE_UNDO] ? ""
				  : "; not seen: lock (no probe sees EAGAIN of the unmap phase)");
}

static void read_misses(struct causes *c, struct measured *ret)
{
	cleanup_free char *text = tracefs_instance_file_read(NULL, "kprobe_profile", NULL);
	uint64_t sum = 0;

	if (!text)
		return;
	for (size_t i = 0; i < c->n_attached; i++) {
		uint64_t hits, misses;

		if (!kprobe_profile_find(text, c->attached[i].probe.name, &hits, &misses))
			return;
		sum += misses;
	}
	*ret = (struct measured){true, sum};
}

void causes_read(struct causes *c, struct cause_counts *ret)
{
	struct cause_figures figures;
	uint64_t counts[EAGAIN_CAUSES];
	uint32_t key = 0;

	*ret = (struct cause_counts){0};
	read_misses(c, &ret->missed);
	if (bpf_map_get(c->maps.figures, &key, &figures) < 0)
		return;
	eagain_causes_count(&figures, counts);
	for (int i = 0; i < EAGAIN_CAUSES; i++)
		ret->by_cause[i] = (struct measured){true, counts[i]};
	if (c->has[ROLE_UNDO])
		ret->unmap_phase = (struct measured){true, figures.undone};
	else
		ret->by_cause[EAGAIN_LOCK] = (struct measured){0};
	if (!c->has[ROLE_BATCH])
		ret->by_cause[EAGAIN_BATCH] = (struct measured){0};
}
