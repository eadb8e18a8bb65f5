// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/jsonw.h"
#include "base/memory.h"
#include "observe/host.h"
#include "service/run.h"
#include "service/worker_cgroup.h"

/* Sorts by time, and two runs of one second differ. */
void run_make_id(const char *profile, char id[64])
{
	time_t now = time(NULL);
	struct tm utc;
	char stamp[32];
	uint32_t noise = (uint32_t)getpid();

	(void)gmtime_r(&now, &utc);
	(void)strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
	(void)!getrandom(&noise, sizeof(noise), 0);
	(void)snprintf(id, 64, "%s-%.24s-%06x", stamp, profile, noise & 0xffffffu);
}

/* topology.h writes as a stream, run.json is one document: through memory, once, at the start. */
static struct jsonw *topology_document(const struct topology *t)
{
	cleanup_free char *text = NULL;
	size_t length = 0;
	FILE *memory = open_memstream(&text, &length);
	struct jsonw_stream stream = {.out = memory};
	struct jsonw *value = NULL;

	if (!memory)
		return NULL;
	topology_write_json(t, &stream, NULL);
	(void)fclose(memory);
	return jsonw_parse(text, length, &value, NULL) < 0 ? NULL : value;
}

/* As the host has them; what the run changes of them is in its events (setting). */
static struct jsonw *thresholds(struct fsio *fs)
{
	static const char *const paths[] = {
		"proc/sys/kernel/watchdog_thresh",
		"proc/sys/kernel/hung_task_timeout_secs",
		"proc/sys/kernel/hung_task_warnings",
		"proc/sys/kernel/soft_watchdog",
		"sys/module/rcupdate/parameters/rcu_cpu_stall_timeout",
	};
	struct jsonw *object = jsonw_object();
	char text[64];

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (fsio_read_text(fs, text, sizeof(text), "%s", paths[i]) > 0)
			jsonw_set_int(object, strrchr(paths[i], '/') + 1, strtoll(text, NULL, 10));
	jsonw_set_uint(object, "stuck_after_secs", STUCK_AFTER_NS / NS_PER_S);
	return object;
}

struct jsonw *run_describe(struct run *run)
{
	struct jsonw *document = jsonw_object(), *schema = jsonw_object(), *identity = jsonw_object();
	struct jsonw *verdict = jsonw_object(), *host;
	cleanup_free char *cgroup = worker_cgroup_describe(run->cgroup);
	char wall[64], boot_id[64];

	jsonw_set_string(schema, "name", "memsoak-run");
	jsonw_set_uint(schema, "major", 1);
	jsonw_set_uint(schema, "minor", 0);
	jsonw_set(document, "schema", schema);

	clock_wall_text(wall, sizeof(wall));
	jsonw_set_string(identity, "id", run->id);
	jsonw_set_string(identity, "start", wall);
	jsonw_set_string(identity, "profile", run->profile.name);
	jsonw_set_uint(identity, "seed", run->plan.seed);
	jsonw_set_string(identity, "plan_digest", run->plan.digest);
	jsonw_set_string(identity, "virtualisation", host_virtualisation(&run->fs));
	jsonw_set(document, "run", identity);

	host = host_describe(&run->fs);
	jsonw_set_string(host, "workers_cgroup", cgroup);
	jsonw_set(document, "host", host);
	jsonw_set(document, "kernel", kernel_describe(&run->fs));
	jsonw_set(document, "topology", topology_document(&run->topology));
	jsonw_set(document, "plan", plan_to_json(&run->plan));
	jsonw_set(document, "thresholds", thresholds(&run->fs));
	jsonw_set_string(verdict, "lockups", lockup_policy_name(run->profile.lockups));
	jsonw_set(document, "verdict", verdict);
	if (fsio_read_text(&run->fs, boot_id, sizeof(boot_id), "proc/sys/kernel/random/boot_id") > 0)
		jsonw_set_string(document, "boot_id", boot_id);
	return document;
}
