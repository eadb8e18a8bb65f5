// SPDX-License-Identifier: GPL-2.0-or-later
#include "observe/probes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs/tracefs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/file.h"
#include "base/memory.h"

/* Of pending returns at a time; the default of the kernel is 2 for each CPU (kernel/kprobes.c). */
#define MAX_ACTIVE 256

const char *probes_folder(char why[256])
{
	static const char *const folders[] = {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"};

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		cleanup_free char *file = memory_format("%s/events", folders[i]);

		if (access(file, F_OK) == 0)
			return folders[i];
	}
	(void)snprintf(why, 256, "no tracefs at /sys/kernel/tracing: mount -t tracefs tracefs /sys/kernel/tracing");
	return NULL;
}

/*
 * One line is one command, and the reason of a refusal is the errno of the write. O_TRUNC would
 * remove the events of everybody else.
 */
static int command(const char *folder, const char *text)
{
	cleanup_free char *path = memory_format("%s/kprobe_events", folder);
	cleanup_close int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

static int event_id(const struct probes *p, const char *event)
{
	char *text = tracefs_event_file_read(NULL, p->group, event, "id", NULL);
	int id = text ? atoi(text) : -1;

	free(text);
	return id > 0 ? id : -ENOENT;
}

static int add_move(struct probes *p, const char *folder, char why[256])
{
	cleanup_free char *with_max = memory_format("r%d:%s/%s %s ret=$retval:s32\n", MAX_ACTIVE,
						    p->group, PROBE_MOVE, p->symbol);
	int r = command(folder, with_max);

	if (r == -ENOENT || r == -ENODEV) {
		(void)snprintf(why, 256, "no kprobe events (CONFIG_KPROBE_EVENTS) in this kernel");
		return r;
	}
	if (r < 0) {
		(void)snprintf(why, 256, "no kretprobe on %s: %s", p->symbol, strerror(-r));
		return r;
	}
	p->move_id = event_id(p, PROBE_MOVE);
	return p->move_id < 0 ? p->move_id : 0;
}

static void add_wait(struct probes *p, const char *folder, const char *symbol)
{
	char *name = p->wait_names[p->n_waits];
	cleanup_free char *text = NULL;

	(void)snprintf(name, sizeof(p->wait_names[0]), "wait%zu", p->n_waits);
	text = memory_format("p:%s/%s %s\n", p->group, name, symbol);
	if (command(folder, text) < 0)
		return;
	p->wait_ids[p->n_waits] = event_id(p, name);
	p->n_waits++;
}

int probes_arm(struct probes *p, const char *group, char why[256])
{
	static const char *const names[] = {
		"move_to_new_folio",
		"move_to_new_page",
		"migration_entry_wait",
		"migration_entry_wait_huge",
		"pmd_migration_entry_wait",
	};
	char found[ARRAY_SIZE(names)][SYMBOL_SIZE];
	const char *folder = probes_folder(why);
	int r;

	*p = (struct probes){.move_id = -1};
	if (!folder)
		return -ENOENT;
	tracefs_set_loglevel(TEP_LOG_NONE);
	r = symbols_find(NULL, names, ARRAY_SIZE(names), found);
	if (r < 0) {
		(void)snprintf(why, 256, "cannot read /proc/kallsyms: %s", strerror(-r));
		return r;
	}
	(void)snprintf(p->group, sizeof(p->group), "%s", group);
	(void)strcpy(p->symbol, found[0][0] ? found[0] : found[1]);
	if (!p->symbol[0]) {
		(void)snprintf(why, 256, "neither move_to_new_folio nor move_to_new_page is in /proc/kallsyms");
		return -ENOENT;
	}
	r = add_move(p, folder, why);
	if (r < 0) {
		probes_disarm(p);
		return r;
	}
	for (size_t i = 2; i < ARRAY_SIZE(names); i++)
		if (found[i][0])
			add_wait(p, folder, found[i]);
	return 0;
}

static void remove_event(const char *folder, const char *group, const char *event)
{
	cleanup_free char *text = memory_format("-:%s/%s\n", group, event);

	(void)command(folder, text);
}

void probes_disarm(struct probes *p)
{
	char why[256];
	const char *folder = probes_folder(why);

	if (!folder || !p->group[0])
		return;
	remove_event(folder, p->group, PROBE_MOVE);
	for (size_t i = 0; i < p->n_waits; i++)
		remove_event(folder, p->group, p->wait_names[i]);
	p->group[0] = '\0';
}

/* "  memsoak_123__move   456   0" or "  move   456   0" of kernel/trace/trace_kprobe.c: probes_profile_seq_show(). */
bool probes_parse_misses(const char *text, const char *event, uint64_t *ret_misses)
{
	cleanup_free char *copy = memory_string(text);
	char *save = NULL;
	bool found = false;

	*ret_misses = 0;
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		unsigned long long hits, misses;
		char name[128];

		if (sscanf(line, " %127s %llu %llu", name, &hits, &misses) != 3 ||
		    strcmp(name, event) != 0)
			continue;
		*ret_misses += misses;
		found = true;
	}
	return found;
}

void probes_misses(const struct probes *p, struct measured *ret)
{
	char why[256];
	const char *folder = probes_folder(why);
	cleanup_free char *path = NULL, *text = NULL;
	size_t length;

	*ret = (struct measured){0};
	if (!folder)
		return;
	path = memory_format("%s/kprobe_profile", folder);
	if (file_read_all(path, &text, &length, NULL) == 0)
		ret->known = probes_parse_misses(text, PROBE_MOVE, &ret->value);
	(void)p;
}

static bool is_stale_group(const char *group)
{
	cleanup_free char *path = NULL, *comm = NULL;
	size_t length;

	if (strncmp(group, "memsoak_", 8) != 0 || strspn(group + 8, "0123456789") == 0)
		return false;
	path = memory_format("/proc/%s/comm", group + 8);
	return file_read_all(path, &comm, &length, NULL) < 0 || strncmp(comm, "memsoakd", 8) != 0;
}

int observer_remove_stale(struct fsio *fs, unsigned int *ret_removed, struct err *e)
{
	char why[256];
	const char *folder = probes_folder(why);
	cleanup_free char *path = NULL, *text = NULL;
	char *save = NULL;
	size_t length;

	(void)fs;
	(void)e;
	*ret_removed = 0;
	if (!folder)
		return 0; /* without tracefs there is nothing of ours in it */
	path = memory_format("%s/kprobe_events", folder);
	if (file_read_all(path, &text, &length, NULL) < 0)
		return 0;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char group[64], event[64];

		/* "r256:memsoak_123/move move_to_new_folio ret=$retval:s32" */
		if (sscanf(line, "%*[^:]:%63[^/]/%63s", group, event) != 2 || !is_stale_group(group))
			continue;
		/* A hist trigger keeps its event busy. */
		(void)tracefs_event_file_write(NULL, group, event, "trigger", "!hist:keys=ret,common_pid");
		remove_event(folder, group, event);
		(*ret_removed)++;
	}
	return 0;
}
