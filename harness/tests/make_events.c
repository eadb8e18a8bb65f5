// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes a run folder of any size, as the recorder would have written it: for the bench of the fold
 * and for tests. The same arguments give the same bytes.
 * Usage: make_events DIR EVENTS [BLOCKS]
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define BOOT "8f2c6d1e-5b0a-4c37-9e64-0d1f2a3b4c5d"
#define CYCLES_PER_SECOND 8

struct generator {
	FILE *out;
	uint64_t seq, last, t_ns, attempt, blocks, migrations;
	uint64_t state;
};

/* splitmix64 */
static uint64_t number(struct generator *g, uint64_t below)
{
	uint64_t z = g->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (z ^ (z >> 31)) % below;
}

/* Begins a line; false when there are enough. */
static bool begin(struct generator *g, const char *name)
{
	if (g->seq >= g->last)
		return false;
	g->t_ns += 1000000 + number(g, 40000000);
	(void)fprintf(g->out,
		      "{\"seq\":%" PRIu64 ",\"boot\":\"" BOOT "\",\"t\":%" PRIu64 ",\"ev\":\"%s\"",
		      g->seq++, g->t_ns, name);
	return true;
}

static void end(struct generator *g)
{
	(void)fputs("}\n", g->out);
}

static void put_hist(struct generator *g, unsigned int buckets)
{
	uint64_t upper_ns = 4096 + number(g, 1000);

	(void)fprintf(g->out,
		      ",\"latency\":{\"count\":%u,\"sum_ns\":%" PRIu64
		      ",\"max_ns\":%" PRIu64 ",\"buckets\":[",
		      buckets * 3, upper_ns * buckets, upper_ns * (buckets + 1));
	for (unsigned int i = 0; i < buckets; i++)
		(void)fprintf(g->out, "%s[%" PRIu64 ",3]", i ? "," : "", upper_ns + i * 512);
	(void)fputs("]}", g->out);
}

static void put_migration(struct generator *g)
{
	uint64_t n = g->migrations;

	(void)fprintf(g->out,
		      ",\"migration\":{\"attempts\":%" PRIu64 ",\"succeeded\":%" PRIu64
		      ",\"eagain\":%" PRIu64 ",\"waits\":%" PRIu64
		      ",\"by_driver\":{\"offline\":{\"attempts\":%" PRIu64 ",\"eagain\":%" PRIu64
		      "},\"move_pages\":{\"attempts\":%" PRIu64 ",\"eagain\":%" PRIu64
		      "}},\"probe_misses\":0}",
		      n, n - n / 100, n / 100, n / 7, n / 2, n / 300, n / 3, n / 200);
}

static void cycle(struct generator *g)
{
	uint64_t block = 32 + number(g, g->blocks), moved = 3000 + number(g, 1000);
	bool is_busy = number(g, 20) == 0;

	if (begin(g, "intent")) {
		(void)fprintf(g->out,
			      ",\"operation\":\"offline\",\"block\":%" PRIu64
			      ",\"node\":1,\"zone\":\"Movable\"",
			      block);
		end(g);
	}
	if (begin(g, "offline")) {
		(void)fprintf(g->out,
			      ",\"attempt\":%" PRIu64 ",\"block\":%" PRIu64
			      ",\"node\":1,\"zone\":\"Movable\",\"error\":\"%s\",\"errno\":%d,"
			      "\"wall_ns\":%" PRIu64
			      ",\"deadline_ns\":20000000000,\"ended_by\":\"kernel\",\"signals\":0,"
			      "\"state_after\":\"%s\",\"aim\":{\"pages_wanted\":4096,"
			      "\"pages_in_block\":4090,\"pages_moved\":%" PRIu64
			      "},\"attempts\":%" PRIu64 ",\"eagain\":3",
			      g->attempt, block, is_busy ? "EBUSY" : "OK", is_busy ? 16 : 0,
			      1000000 + number(g, 900000000), is_busy ? "online" : "offline", moved,
			      moved + 100);
		end(g);
	}
	if (begin(g, "intent")) {
		(void)fprintf(g->out,
			      ",\"operation\":\"online\",\"block\":%" PRIu64
			      ",\"node\":1,\"zone\":\"Movable\"",
			      block);
		end(g);
	}
	if (begin(g, "online")) {
		(void)fprintf(g->out,
			      ",\"attempt\":%" PRIu64 ",\"block\":%" PRIu64
			      ",\"node\":1,\"zone\":\"Movable\",\"zone_after\":\"Movable\","
			      "\"state_after\":\"online\",\"error\":\"OK\",\"errno\":0,"
			      "\"wall_ns\":%" PRIu64 ",\"restored\":true",
			      g->attempt, block, 100000 + number(g, 9000000));
		end(g);
	}
	if (begin(g, "aimed")) {
		(void)fprintf(g->out, ",\"pages_moved\":%" PRIu64, moved);
		end(g);
	}
	g->attempt++;
	g->migrations += 2 * moved;
}

static void second(struct generator *g)
{
	uint64_t moved = 9000 + number(g, 1000), not_moved = number(g, 8);

	if (begin(g, "sample")) {
		(void)fprintf(g->out, ",\"elapsed_ns\":%" PRIu64, g->t_ns);
		put_migration(g);
		(void)fprintf(g->out,
			      ",\"touches\":%" PRIu64
			      ",\"alive\":4,\"rss_bytes\":%" PRIu64
			      ",\"memory_offline_bytes\":0,\"faulters\":4",
			      g->t_ns / 100, 8000000 + number(g, 100000));
		end(g);
	}
	if (begin(g, "move")) {
		(void)fprintf(g->out,
			      ",\"calls\":300,\"single_calls\":150,\"batch_calls\":150,\"pages\":%" PRIu64
			      ",\"moved\":%" PRIu64 ",\"not_moved\":%" PRIu64
			      ",\"already_there\":0,\"call_errors\":0,\"by_status\":{\"moved\":%" PRIu64
			      ",\"EAGAIN\":%" PRIu64 "}",
			      moved + not_moved, moved, not_moved, moved, not_moved);
		put_hist(g, 24);
		end(g);
	}
}

static void write_journal(struct generator *g)
{
	static const char group[] = "\"name\":\"workers\"";

	if (begin(g, "start")) {
		(void)fputs(",\"pid\":4711,\"source\":\"perf-kprobe\",\"symbol\":\"move_to_new_folio\","
			    "\"vmstat\":{\"pgmigrate_success\":12,\"pgmigrate_fail\":0}", g->out);
		end(g);
	}
	if (begin(g, "phase")) {
		(void)fprintf(g->out,
			      ",\"name\":\"soak\",\"faulters\":4,\"workers\":[{%s,\"workload\":\"refault\","
			      "\"kind\":\"shared-memfd\",\"processes\":2,\"threads\":2,\"pages\":4096,"
			      "\"driven_by\":\"offline\"}]",
			      group);
		end(g);
	}
	g->last -= 3; /* for the last three */
	while (g->seq < g->last) {
		for (int i = 0; i < CYCLES_PER_SECOND; i++)
			cycle(g);
		second(g);
	}
	g->last += 3;
	if (begin(g, "phase_end")) {
		(void)fprintf(g->out,
			      ",\"name\":\"soak\",\"duration_ns\":%" PRIu64
			      ",\"workers\":[{%s,\"touches\":%" PRIu64
			      ",\"slow_touches\":600,\"minor_faults\":9,\"operations\":0,"
			      "\"mismatches\":0,\"alive\":2",
			      g->t_ns, group, g->t_ns / 100);
		put_hist(g, 200);
		(void)fputs("}]", g->out);
		put_migration(g);
		end(g);
	}
	if (begin(g, "restore")) {
		(void)fputs(",\"blocks\":0,\"left_offline\":[],\"settings_restored\":true", g->out);
		end(g);
	}
	if (begin(g, "end")) {
		(void)fprintf(g->out, ",\"ended\":\"completed\",\"elapsed_ns\":%" PRIu64, g->t_ns);
		put_migration(g);
		(void)fprintf(g->out,
			      ",\"vmstat\":{\"pgmigrate_success\":%" PRIu64
			      ",\"pgmigrate_fail\":9},\"kmsg\":{\"records\":100,\"lost\":0},"
			      "\"taint_after\":0",
			      g->migrations);
		end(g);
	}
}

static void write_run(const struct generator *g, FILE *out)
{
	(void)fprintf(out,
		      "{\"schema\":{\"name\":\"memsoak-run\",\"major\":1,\"minor\":0},"
		      "\"run\":{\"id\":\"made-%" PRIu64
		      "\",\"start\":\"2026-01-02T03:04:05.678+00:00\",\"profile\":\"soak\",\"seed\":1,"
		      "\"plan_digest\":\"none\",\"virtualisation\":\"kvm\"},"
		      "\"host\":{\"hostname\":\"maker\",\"cpus\":4},"
		      "\"kernel\":{\"release\":\"6.1.0\",\"taint_before\":0},"
		      "\"topology\":{\"block_size_bytes\":134217728,\"nodes\":[{\"id\":0},{\"id\":1}],"
		      "\"blocks\":[",
		      g->last);
	for (uint64_t i = 0; i < g->blocks + 32; i++)
		(void)fprintf(out,
			      "%s{\"id\":%" PRIu64 ",\"state\":\"online\",\"node\":%d,\"zones\":[\"%s\"],"
			      "\"offlinable\":%s%s}",
			      i ? ",\n" : "", i, i >= 32, i < 32 ? "Normal" : "Movable",
			      i < 32 ? "false" : "true", i < 32 ? ",\"why\":\"not movable\"" : "");
	(void)fputs("]},\"plan\":{\"blocks\":[", out);
	for (uint64_t i = 0; i < g->blocks; i++)
		(void)fprintf(out, "%s{\"id\":%" PRIu64 ",\"node\":1,\"zone\":\"Movable\"}",
			      i ? ",\n" : "", i + 32);
	(void)fputs("],\"refused\":[],\"phases\":[{\"name\":\"soak\",\"faulters\":4,\"offline\":true,"
		    "\"move_pages\":true,\"duration_ns\":1,\"offline_cycles\":0,\"workers\":[]}],"
		    "\"profile\":\"soak\",\"seed\":1,\"reserve_bytes\":0,\"move_nodes\":[0,1],"
		    "\"schema\":{\"name\":\"memsoak-plan\",\"major\":1,\"minor\":0},\"digest\":"
		    "\"1b4f0e9851971998e732078544c96b36c3d01cedf7caa332359d6f1d83567014\"},\"thresholds\":{\"watchdog_thresh\":10},"
		    "\"verdict\":{\"lockups\":\"auto\"},\"boot_id\":\"" BOOT "\"}\n", out);
}

static FILE *open_in(const char *folder, const char *name)
{
	char path[4096];
	FILE *out;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	out = fopen(path, "we");
	if (!out) {
		perror(path);
		exit(1);
	}
	return out;
}

int main(int argc, char *argv[])
{
	struct generator g = {.t_ns = 1000000000000ULL, .state = 1};
	FILE *run;

	if (argc < 3) {
		(void)fputs("usage: make_events DIR EVENTS [BLOCKS]\n", stderr);
		return 2;
	}
	g.last = strtoull(argv[2], NULL, 10);
	g.blocks = argc > 3 ? strtoull(argv[3], NULL, 10) : 64;
	if (g.last < 10 || g.blocks < 1) {
		(void)fputs("make_events: at least 10 events and one block\n", stderr);
		return 2;
	}
	(void)mkdir(argv[1], 0755);
	run = open_in(argv[1], "run.json");
	write_run(&g, run);
	g.out = open_in(argv[1], "events.jsonl");
	write_journal(&g);
	if (fclose(run) != 0 || fclose(g.out) != 0) {
		perror(argv[1]);
		return 1;
	}
	return 0;
}
