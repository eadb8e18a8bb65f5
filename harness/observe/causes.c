// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/causes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <tracefs/tracefs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/fsio.h"
#include "base/memory.h"
#include "observe/bpf.h"
#include "observe/bpf_text.h"
#include "observe/cause_hooks.h"
#include "observe/cpu_list.h"
#include "observe/probes.h"
#include "observe/trace_text.h"
#include "observe/tracing.h"

/* Tasks that sleep in one function at a time; those beyond it are missed and told as such. */
#define MAX_ACTIVE 1024

/* Tasks that wait, and pages that somebody waits for or that went into a batch, at a time. */
#define MAX_TASKS 16384
#define MAX_PAGES 16384

struct attached {
	struct probe probe;
	int fd; /* the perf event; -1: none */
	bool is_return;
};

struct causes {
	struct fsio *fs;
	char group[PROBE_NAME_SIZE];
	char found[CAUSE_HOOKS][SYMBOL_SIZE];
	struct cause_maps maps;
	int programs[CAUSE_PROGRAMS]; /* -1: not loaded */
	struct attached attached[2 * CAUSE_HOOKS];
	size_t n_attached;
	int cpu; /* for the perf events */
	size_t has[CAUSE_ROLES];
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
	const struct cause_hook *hook = &cause_hooks[i];
	size_t before = c->n_attached;
	int r = 0;

	/* The return first: no task may come in that is not seen to leave. */
	if (hook->at_return != CAUSE_NO_PROGRAM)
		r = hang(c, c->found[i], hook->at_return, true, e);
	if (r == 0)
		r = hang(c, c->found[i], hook->at_entry, false, e);
	if (r < 0)
		take_down(c, before);
	return r;
}

static bool is_wanted(const struct causes *c, enum cause_role role)
{
	return role != CAUSE_ROLE_MOVE || c->has[CAUSE_ROLE_MOVE] == 0;
}

static int none_for(const char *what, struct err *e)
{
	return err_set(e, -EOPNOTSUPP, "this kernel has no function that can be probed for %s",
		       what);
}

static int hang_all(struct causes *c, struct err *e)
{
	for (size_t i = 0; i < CAUSE_HOOKS; i++) {
		enum cause_role role = cause_hooks[i].role;
		struct err why = {0};
		int r;

		if (!c->found[i][0] || !is_wanted(c, role))
			continue;
		r = hang_both(c, i, &why);
		if (r == -EOPNOTSUPP && cause_role_is_optional(role))
			continue;
		if (r < 0)
			return err_set(e, r, "%s", why.text);
		c->has[role]++;
	}
	if (c->has[CAUSE_ROLE_MOVE] == 0)
		return none_for("the move of a page", e);
	if (c->has[CAUSE_ROLE_WAIT] == 0)
		return none_for("the wait for a migration", e);
	return c->has[CAUSE_ROLE_HOLD] == 0 ? none_for("the wait for a page", e) : 0;
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
		r = cause_hooks_find(fs, c->found, e);
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
		c->has[CAUSE_ROLE_BATCH] ? ""
				   : "; not told apart: batch (no mlock batch that can be probed)",
		c->has[CAUSE_ROLE_UNDO] ? ""
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
	if (c->has[CAUSE_ROLE_UNDO])
		ret->unmap_phase = (struct measured){true, figures.undone};
	else
		ret->by_cause[EAGAIN_LOCK] = (struct measured){0};
	if (!c->has[CAUSE_ROLE_BATCH])
		ret->by_cause[EAGAIN_BATCH] = (struct measured){0};
}
