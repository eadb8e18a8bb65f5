// SPDX-License-Identifier: GPL-2.0-or-later
/* A report, as far as it is compared. What it does not have stays unknown; nothing becomes 0. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/hist_json.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "reports/compare/compare.h"
#include "reports/report.h"
#include "reports/schema.h"
#include "reports/validate.h"

const char *const compare_lockup_kinds[COMPARE_LOCKUP_KINDS] = {
	"soft_lockup", "hard_lockup", "rcu_stall", "hung_task", "workqueue_lockup", "spinlock_lockup",
};

static const double quantiles[COMPARE_QUANTILES] = {
	[COMPARE_P50] = 0.5,
	[COMPARE_P99] = 0.99,
};

static char *text_or(const char *text, const char *otherwise)
{
	const char *found = text ? text : otherwise;

	return found ? memory_string(found) : NULL;
}

static struct compare_count count_of(const struct jsonw *object, const char *events, const char *of)
{
	if (!jsonw_has(object, events) || jsonw_get_uint(object, of) == 0)
		return (struct compare_count){.is_known = false};
	return (struct compare_count){
		.is_known = true,
		.events = (double)jsonw_get_uint(object, events),
		.of = (double)jsonw_get_uint(object, of),
	};
}

static bool read_wall_time(const char *text, int64_t *ret_ms)
{
	int ms, hours, minutes;
	struct tm tm = {0};
	const char *rest;
	char sign;

	rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	if (!rest || sscanf(rest, ".%3d%c%2d:%2d", &ms, &sign, &hours, &minutes) != 4)
		return false;
	*ret_ms = (int64_t)timegm(&tm) * 1000 + ms -
		  (sign == '-' ? -1 : 1) * (hours * 60 + minutes) * 60000LL;
	return true;
}

static void add_aspect(struct compare_run *run, char *name, const char *value)
{
	if (!value) {
		free(name);
		return;
	}
	run->aspects = memory_grow(run->aspects, run->n_aspects + 1, sizeof(*run->aspects));
	run->aspects[run->n_aspects++] =
		(struct compare_aspect){.name = name, .value = memory_string(value)};
}

static void add_number(struct compare_run *run, char *name, const struct jsonw *object,
		       const char *key)
{
	cleanup_free char *value = NULL;

	if (jsonw_has(object, key))
		value = memory_format("%llu", (unsigned long long)jsonw_get_uint(object, key));
	add_aspect(run, name, value);
}

static int add_config(void *context, const char *key, struct jsonw *value)
{
	add_aspect(context, memory_format("kernel.config.%s", key), jsonw_as_string(value));
	return 0;
}

/* What would have been a lockup: another threshold sees others. */
static int add_threshold(void *context, const char *key, struct jsonw *value)
{
	add_aspect(context, memory_format("lockup_exposure.thresholds.%s", key), jsonw_text(value, NULL));
	return 0;
}

static void read_aspects(const struct jsonw *document, struct compare_run *run)
{
	const struct jsonw *host = jsonw_get(document, "host"), *of_run = jsonw_get(document, "run");
	const struct jsonw *kernel = jsonw_get(document, "kernel");
	const struct jsonw *topology = jsonw_get(document, "topology");
	const struct jsonw *nodes = jsonw_get(topology, "nodes");
	const struct jsonw *eagain = jsonw_get(jsonw_get(document, "migration"), "eagain");

	add_aspect(run, memory_string("run.profile"), jsonw_get_string(of_run, "profile"));
	add_number(run, memory_string("run.seed"), of_run, "seed");
	add_number(run, memory_string("topology.block_size_bytes"), topology, "block_size_bytes");
	for (size_t i = 0; i < jsonw_length(nodes); i++) {
		const struct jsonw *node = jsonw_at(nodes, i);
		unsigned long long id = jsonw_get_uint(node, "id");

		add_aspect(run, memory_format("topology.node%llu.cpus", id),
			   jsonw_get_string(node, "cpus"));
		add_number(run, memory_format("topology.node%llu.blocks", id), node, "blocks");
		add_number(run, memory_format("topology.node%llu.movable_blocks", id), node,
			   "movable_blocks");
	}
	add_aspect(run, memory_string("run.virtualisation"),
		   jsonw_get_string(of_run, "virtualisation"));
	add_aspect(run, memory_string("host.architecture"), jsonw_get_string(host, "architecture"));
	add_aspect(run, memory_string("host.cpu_model"), jsonw_get_string(host, "cpu_model"));
	add_number(run, memory_string("host.cpus"), host, "cpus");
	add_aspect(run, memory_string("kernel.cmdline"), jsonw_get_string(kernel, "cmdline"));
	(void)jsonw_each(jsonw_get(kernel, "config"), add_config, run);
	(void)jsonw_each(jsonw_get(jsonw_get(document, "lockup_exposure"), "thresholds"), add_threshold, run);
	add_aspect(run, memory_string("migration.eagain.source"), jsonw_get_string(eagain, "source"));
}

static void read_migration(const struct jsonw *document, struct compare_run *run)
{
	const struct jsonw *migration = jsonw_get(document, "migration");
	const struct jsonw *drivers = jsonw_get(migration, "by_driver");
	const struct jsonw *moves = jsonw_get(document, "move_pages");
	double total = (double)jsonw_get_uint(jsonw_get(migration, "eagain"), "total");
	double attempts = (double)jsonw_get_uint(migration, "attempts");

	run->eagain[COMPARE_MOVE_PAGES] =
		count_of(jsonw_get(drivers, "move_pages"), "eagain", "attempts");
	run->eagain[COMPARE_OFFLINE] = count_of(jsonw_get(drivers, "offline"), "eagain", "attempts");
	run->eagain[COMPARE_EVERYBODY] = (struct compare_count){
		.is_known = jsonw_has(jsonw_get(migration, "eagain"), "total") && attempts > 0,
		.events = total,
		.of = attempts,
	};
	run->locked = count_of(jsonw_get(drivers, "move_pages"), "allocations_locked", "allocations");
	run->not_moved = (struct compare_count){
		.events = (double)jsonw_get_uint(moves, "not_moved"),
		.of = (double)(jsonw_get_uint(moves, "not_moved") + jsonw_get_uint(moves, "moved")),
	};
	run->not_moved.is_known = run->not_moved.of > 0;
	run->has_migrated = attempts > 0 || jsonw_get_uint(migration, "migrated_pages") > 0 ||
			    run->not_moved.of > 0 ||
			    (!jsonw_has(migration, "attempts") && run->offline.is_known);
}

/* A run that was killed within its only attempt may have nothing but that attempt's beginning. */
static void read_offline(const struct jsonw *document, struct compare_run *run)
{
	const struct jsonw *offline = jsonw_get(document, "offline");
	const struct jsonw *first = jsonw_get(offline, "first_attempt");

	run->offline = count_of(offline, "succeeded", "attempts");
	if (!jsonw_has(first, "wall_ns"))
		return;
	run->has_first = true;
	run->first_succeeded = jsonw_get_bool(first, "succeeded");
	run->first_seconds = (double)jsonw_get_uint(first, "wall_ns") / (double)NS_PER_S;
	if (!run->offline.is_known)
		run->offline = (struct compare_count){
			.is_known = true, .events = run->first_succeeded, .of = 1};
}

static void read_faults(const struct jsonw *document, struct compare_run *run)
{
	cleanup_free struct hist *all = memory_alloc(1, sizeof(*all));
	const struct jsonw *workers = jsonw_get(document, "workers");

	for (size_t i = 0; i < jsonw_length(workers); i++) {
		const struct jsonw *latency = jsonw_get(jsonw_at(workers, i), "latency");

		hist_add_json(all, latency);
		if (jsonw_get_uint(latency, "max_ns") > all->max_ns)
			all->max_ns = jsonw_get_uint(latency, "max_ns");
	}
	run->has_faults = all->count > 0;
	for (int i = 0; i < COMPARE_QUANTILES; i++)
		run->fault_ns[i] = (double)hist_quantile_ns(all, quantiles[i]);
}

static void read_lockups(const struct jsonw *document, struct compare_run *run)
{
	const struct jsonw *lockups = jsonw_get(document, "lockups");

	run->lockups.of = jsonw_get_double(jsonw_get(document, "lockup_exposure"), "cpu_seconds");
	run->lockups.is_known = lockups && run->lockups.of > 0;
	for (size_t i = 0; i < jsonw_length(lockups); i++) {
		const struct jsonw *lockup = jsonw_at(lockups, i);
		const char *kind = jsonw_get_string(lockup, "kind");

		for (size_t k = 0; kind && k < COMPARE_LOCKUP_KINDS; k++) {
			if (strcmp(kind, compare_lockup_kinds[k]) != 0)
				continue;
			run->lockups.events += (double)jsonw_get_uint(lockup, "count");
			run->lockups_by_kind[k] += (double)jsonw_get_uint(lockup, "count");
		}
	}
}

static void read_ladder(const struct jsonw *document, struct compare_run *run)
{
	const struct jsonw *ladder = jsonw_get(document, "ladder");

	run->n_rungs = jsonw_length(ladder);
	run->rungs = memory_alloc(run->n_rungs + 1, sizeof(*run->rungs));
	for (size_t i = 0; i < run->n_rungs; i++) {
		const struct jsonw *rung = jsonw_at(ladder, i);

		run->rungs[i] = (struct compare_rung){
			.rung = jsonw_get_uint(rung, "rung"),
			.faulters = jsonw_get_uint(rung, "faulters"),
			.moved = count_of(jsonw_get(rung, "success_probability"), "numerator",
					  "denominator"),
			.eagain = count_of(rung, "eagain", "attempts"),
			.offline = count_of(rung, "offline_succeeded", "offline_attempts"),
		};
	}
}

static void read_document(const struct jsonw *document, const char *path, struct compare_run *run)
{
	const struct jsonw *of_run = jsonw_get(document, "run");

	*run = (struct compare_run){
		.path = memory_string(path),
		.id = text_or(jsonw_get_string(of_run, "id"), "unknown"),
		.kernel = text_or(jsonw_get_string(jsonw_get(document, "kernel"), "release"),
				  "unknown"),
		.ended = text_or(jsonw_get_string(of_run, "ended"), "unknown"),
		.boot_id = text_or(jsonw_get_string(jsonw_get(document, "host"), "boot_id"), NULL),
		.plan_digest = text_or(jsonw_get_string(of_run, "plan_digest"), NULL),
		.seconds = (double)jsonw_get_uint(of_run, "duration_ns") / (double)NS_PER_S,
	};
	run->has_start = read_wall_time(jsonw_get_string(of_run, "start"), &run->start_ms);
	read_aspects(document, run);
	read_offline(document, run);
	read_migration(document, run);
	read_faults(document, run);
	read_lockups(document, run);
	read_ladder(document, run);
}

struct problems {
	size_t n;
	char first[200];
};

static void take_problem(void *context, const char *path, const char *what)
{
	struct problems *p = context;

	if (p->n++ == 0)
		(void)snprintf(p->first, sizeof(p->first), "%s %s", path, what);
}

static int check_document(const char *path, const struct report *report, struct err *e)
{
	const struct schema *schema = schema_by_word("report");
	struct jsonw *rules = NULL;
	struct problems p = {0};
	int r = jsonw_parse(schema->text, strlen(schema->text), &rules, e);

	if (r < 0)
		return r;
	if (validate_document(rules, report_document(report), take_problem, &p) > 0)
		r = err_set(e, -EINVAL, "'%s' is no valid report: %s: see memsoak validate", path,
			    p.first);
	jsonw_free(rules);
	return r;
}

int compare_read_run(const char *path, struct compare_run *ret_run, struct err *e)
{
	cleanup_free char *file = file_is_folder(path) ? memory_format("%s/report.json", path)
						       : memory_string(path);
	struct report *report = NULL;
	int r;

	/* A run that nobody has folded yet; what the fold makes needs no check. */
	if (file_is_folder(path) && access(file, F_OK) < 0) {
		r = report_fold_run(path, &report, e);
	} else {
		r = report_load(file, &report, e);
		if (r == 0)
			r = check_document(file, report, e);
	}
	if (r == 0)
		read_document(report_document(report), path, ret_run);
	report_free(report);
	return r;
}

void compare_run_done(struct compare_run *run)
{
	for (size_t i = 0; i < run->n_aspects; i++) {
		free(run->aspects[i].name);
		free(run->aspects[i].value);
	}
	free(run->aspects);
	free(run->rungs);
	free(run->path);
	free(run->id);
	free(run->kernel);
	free(run->ended);
	free(run->boot_id);
	free(run->plan_digest);
	*run = (struct compare_run){0};
}
