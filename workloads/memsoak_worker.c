// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * memsoak-worker: one worker process. The daemon starts it with the shared memory (control-fd)
 * through which it is steered and read. What goes wrong before that memory is there is one line
 * on stderr; after that it is the state and the error text in it, for the daemon to tell.
 */
#include <errno.h>
#include <numa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/exit_code.h"
#include "base/log.h"
#include "base/options.h"
#include "workloads/worker.h"

#define FIELD(f) offsetof(struct worker_options, f)
#define MAX_FD 1048576
#define MAX_PAGES (1ULL << 31)

static const struct option_spec specs[] = {
	{"workload", 'w', OPTION_STRING, FIELD(workload), 0, 0, "NAME", "one of --list"},
	{"kind", 'k', OPTION_STRING, FIELD(kind), 0, 0, "KIND",
	 "of pages: private-anonymous, shared-memfd, ... (memsoak-profile(5))"},
	{"pages", 'p', OPTION_NUMBER, FIELD(pages), 1, MAX_PAGES, "N", "hot pages"},
	{"threads", 't', OPTION_NUMBER, FIELD(threads), 0, WORKER_MAX_THREADS, "N",
	 "threads; 0: the pages are there and nobody touches them"},
	{"node", 'n', OPTION_NUMBER, FIELD(node), 0, 65535, "N",
	 "home node of the pages (default: any)"},
	{"keep-free", 0, OPTION_NUMBER, FIELD(keep_free), 0, UINT64_MAX, "BYTES",
	 "give memory back while less than that is available on the host (hog)"},
	{"cpus", 'c', OPTION_STRING, FIELD(cpus), 0, 0, "LIST", "run on these CPUs only (0-3,8)"},
	{"first-writer", 0, OPTION_NUMBER, FIELD(first_writer), 0, UINT32_MAX, "N",
	 "threads of the group's earlier processes (shared pages: a word for each)"},
	{"control-fd", 0, OPTION_NUMBER, FIELD(control_fd), 0, MAX_FD, "FD",
	 "memfd with the shared control words and counters"},
	{"memory-fd", 0, OPTION_NUMBER, FIELD(memory_fd), 0, MAX_FD, "FD",
	 "memfd with the group's pages (shared kinds)"},
	{"command-fd", 0, OPTION_NUMBER, FIELD(command_fd), 0, MAX_FD, "FD",
	 "socket over which the placer takes commands"},
	{"list", 0, OPTION_FLAG, FIELD(list), 0, 0, NULL, "list the workloads and end"},
};

static const struct option_command command = {
	.program = "memsoak-worker",
	.usage = "--workload NAME --kind KIND --pages N --threads N --control-fd FD [options]",
	.summary = "One worker process of memsoak; memsoakd starts it.",
	.specs = specs,
	.n_specs = ARRAY_SIZE(specs),
};

static void list_workloads(void)
{
	for (size_t i = 0; i < workload_count(); i++)
		printf("%-11s %s\n", workload_at(i)->name, workload_at(i)->summary);
}

static int pin_to_cpus(const char *cpus, struct err *e)
{
	struct bitmask *mask = numa_parse_cpustring_all(cpus);
	int r = 0;

	if (!mask)
		return err_set(e, -EINVAL, "--cpus: '%s' is no list of CPUs of this host", cpus);
	if (numa_sched_setaffinity(0, mask) < 0)
		r = err_errno(e, -errno, "--cpus %s", cpus);
	numa_bitmask_free(mask);
	return r;
}

static int check_options(const struct worker_options *o, const struct workload *workload,
			 enum page_kind *ret_kind, struct err *e)
{
	int r;

	if (!workload)
		return err_set(e, -EINVAL, "unknown workload '%s': see memsoak-worker --list",
			       o->workload);
	if (workload->serve)
		return err_set(e, -EINVAL, "workload '%s' takes --command-fd, no pages or threads",
			       workload->name);
	if (!o->kind)
		return err_set(e, -EINVAL, "--kind is missing: see memsoak-profile(5)");
	r = page_kind_parse(o->kind, ret_kind, e);
	if (r < 0)
		return r;
	if (!(workload->kinds & PAGES_BIT(*ret_kind)))
		return err_set(e, -EINVAL, "workload '%s' cannot work on %s pages", workload->name,
			       o->kind);
	if (page_kind_traits(*ret_kind)->has_memory_fd && o->memory_fd == WORKER_NO_FD)
		return err_set(e, -EINVAL, "%s needs --memory-fd", o->kind);
	if (o->pages == 0)
		return err_set(e, -EINVAL, "--pages is missing");
	return 0;
}

static int tell_pages(struct pages *pages, enum page_kind kind, uint64_t count, struct err *e)
{
	*pages = (struct pages){.count = count};
	return page_kind_size(kind, &pages->size, e);
}

static int work(const struct worker_options *o, struct worker_shared *shared, struct err *e)
{
	struct worker w = {
		.workload = workload_find(o->workload),
		.shared = shared,
		.threads = (uint32_t)o->threads,
		.first_writer = o->first_writer,
		.node = o->node,
		.keep_free_bytes = o->keep_free,
	};
	enum page_kind kind = PAGES_PRIVATE_ANONYMOUS;
	int r = check_options(o, w.workload, &kind, e);

	if (r == 0 && o->cpus)
		r = pin_to_cpus(o->cpus, e);
	if (r == 0 && w.workload->takes_pages_itself)
		r = tell_pages(&w.pages, kind, o->pages, e);
	else if (r == 0)
		r = pages_prepare(&w.pages, kind, (int)o->memory_fd, o->pages, o->node, e);
	if (r < 0)
		return r;
	ticks_calibrate(&w.ticks);
	r = worker_run(&w, e);
	pages_done(&w.pages);
	return r;
}

static void tell_failure(struct worker_shared *shared, const struct err *e)
{
	if (!shared) {
		log_error("%s", e->text);
		return;
	}
	shared->pid = (int32_t)getpid();
	shared->error = e->code;
	(void)snprintf(shared->error_text, sizeof(shared->error_text), "%s", e->text);
	worker_word_set(&shared->state, WORKER_FAILED);
}

static int run(const struct worker_options *o, struct worker_shared **shared, struct err *e)
{
	const struct workload *workload;
	int r;

	if (!o->workload)
		return err_set(e, -EINVAL, "--workload is missing: see memsoak-worker --list");
	workload = workload_find(o->workload);
	if (workload && workload->serve && o->command_fd != WORKER_NO_FD)
		return workload->serve((int)o->command_fd, e);
	if (o->control_fd == WORKER_NO_FD)
		return err_set(e, -EINVAL, "%s is missing: memsoakd gives it",
			       workload && workload->serve ? "--command-fd" : "--control-fd");
	r = worker_shared_map((int)o->control_fd, shared, e);
	return r < 0 ? r : work(o, *shared, e);
}

int main(int argc, char *argv[])
{
	struct worker_options o = {
		.node = PAGES_NO_NODE,
		.control_fd = WORKER_NO_FD,
		.memory_fd = WORKER_NO_FD,
		.command_fd = WORKER_NO_FD,
	};
	struct worker_shared *shared = NULL;
	struct err e = {0};
	int r = options_parse(&command, argc, argv, &o, NULL, &e);

	if (r > 0)
		return EXIT_PASS;
	if (r == 0 && o.list) {
		list_workloads();
		return EXIT_PASS;
	}
	if (r == 0)
		r = run(&o, &shared, &e);
	if (r == 0)
		return EXIT_PASS;
	tell_failure(shared, &e);
	return r == -EINVAL || r == -ERANGE ? EXIT_USAGE : EXIT_CANNOT_JUDGE;
}
