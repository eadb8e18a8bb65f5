// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of figures. A name never changes its meaning: dashboards and trends hold on to it. */
#include "reports/export/figures.h"

#include "base/cleanup.h"
#include "reports/export/figure_readers.h"

#define COUNTER FIGURE_COUNTER, FIGURE_PLAIN
#define GAUGE FIGURE_GAUGE, FIGURE_PLAIN
#define SECONDS FIGURE_GAUGE, FIGURE_SECONDS
#define BYTES FIGURE_GAUGE, FIGURE_BYTES
#define RATIO FIGURE_GAUGE, FIGURE_RATIO

const struct figure figures[] = {
	{"run_duration_seconds", NULL, SECONDS, "How long the run took.", figure_read_ns, "run.duration_ns",
	 NULL},

	{"offline_attempts", "result", COUNTER, "Writes of offline to a memory block, by what they answered.",
	 figure_read_offline, NULL, NULL},
	{"offline_success_ratio", NULL, RATIO, "Share of the offline attempts that succeeded.",
	 figure_read_ratio, "offline.succeeded", "offline.attempts"},
	{"offline_refused", NULL, COUNTER, "Blocks that the guard or a read before the write left alone.",
	 figure_read_number, "offline.refused_before", NULL},
	{"offline_cancelled", NULL, COUNTER, "Offline attempts that the harness had to end.",
	 figure_read_number, "offline.censored", NULL},
	{"offline_p50_seconds", NULL, SECONDS, "Median time of an offline that succeeded.",
	 figure_read_median, "offline.latency", NULL},
	{"offline_p99_seconds", NULL, SECONDS, "99th percentile of the time of an offline that succeeded.",
	 figure_read_p99, "offline.latency", NULL},
	{"offline_max_seconds", NULL, SECONDS, "Longest offline that succeeded.", figure_read_maximum,
	 "offline.latency", NULL},
	{"time_to_return_max_seconds", NULL, SECONDS, "Longest time from a cancel signal to the write's return.",
	 figure_read_maximum, "offline.time_to_return", NULL},
	{"onlines", NULL, COUNTER, "Blocks brought back online.", figure_read_number, "offline.onlines", NULL},
	{"blocks_not_restored", NULL, COUNTER, "Times that a block was not back in its state and zone at once.",
	 figure_read_number, "offline.not_restored", NULL},
	{"blocks_left_offline", NULL, GAUGE, "Memory blocks that the run did not bring back.",
	 figure_read_length, "harness.memory_left_offline", NULL},

	{"move_pages_calls", NULL, COUNTER, "Calls of move_pages.", figure_read_number, "move_pages.calls",
	 NULL},
	{"move_pages_call_errors", NULL, COUNTER, "Calls of move_pages that ended in -1.", figure_read_number,
	 "move_pages.call_errors", NULL},
	{"moved_pages", "result", COUNTER, "Pages given to move_pages, by what became of them.",
	 figure_read_moves, "move_pages", NULL},
	{"pages_by_status", "status", COUNTER, "Pages given to move_pages, by the status that it wrote.",
	 figure_read_counts, "move_pages.by_status", NULL},
	{"private_pages_not_moved", NULL, COUNTER, "Private anonymous pages that move_pages gave up.",
	 figure_read_number, "move_pages.private_anonymous.not_moved", NULL},
	{"private_pages_not_moved_ratio", NULL, RATIO, "Share of private anonymous pages that were not moved.",
	 figure_read_ratio, "move_pages.private_anonymous.not_moved", "move_pages.private_anonymous.pages"},
	{"move_pages_p50_seconds", NULL, SECONDS, "Median time of a move_pages call.", figure_read_median,
	 "move_pages.latency", NULL},
	{"move_pages_p99_seconds", NULL, SECONDS, "99th percentile of the time of a move_pages call.",
	 figure_read_p99, "move_pages.latency", NULL},
	{"move_pages_max_seconds", NULL, SECONDS, "Longest move_pages call.", figure_read_maximum,
	 "move_pages.latency", NULL},

	{"migration_attempts", NULL, COUNTER, "Attempts of the kernel to move one page.", figure_read_number,
	 "migration.attempts", NULL},
	{"migration_succeeded", NULL, COUNTER, "Attempts to move one page that succeeded.",
	 figure_read_number, "migration.succeeded", NULL},
	{"migration_waits", NULL, COUNTER, "Waits of a task on a migration entry.", figure_read_number,
	 "migration.waits", NULL},
	{"migrate_retries", "driver", COUNTER, "EAGAIN of the move phase, by who had the page moved.",
	 figure_read_retries, "migration.eagain", NULL},
	{"migrate_retries_by_cause", "cause", COUNTER, "EAGAIN of the move phase and, where it is seen, of the unmap phase, by who held the page.",
	 figure_read_counts, "migration.eagain.by_cause", NULL},
	{"migrate_retry_ratio", NULL, RATIO, "EAGAIN of the move phase per attempt to move one page.",
	 figure_read_ratio, "migration.eagain.total", "migration.attempts"},
	{"vmstat_change", "field", GAUGE, "Difference of a /proc/vmstat field over the run.",
	 figure_read_counts, "migration.vmstat", NULL},

	{"ladder_success_ratio", "faulters", RATIO, "Share of the pages that moved, by the number of faulters.",
	 figure_read_rungs, NULL, NULL},
	{"ladder_retry_ratio", "faulters", RATIO, "EAGAIN per attempt to move one page, by the number of faulters.",
	 figure_read_rung_retries, NULL, NULL},
	{"scenario_number", "number", GAUGE, "What a scenario measured.", figure_read_scenarios, NULL, NULL},

	{"lockups", "kind", COUNTER, "Lockups, stalls, oopses and their kin in the kernel's log.",
	 figure_read_lockups, "lockups", NULL},
	{"lockup_exposure_cpu_seconds", NULL, SECONDS, "CPU time during which a lockup would have been seen.",
	 figure_read_number, "lockup_exposure.cpu_seconds", NULL},
	{"kernel_log_records", NULL, COUNTER, "Records of the kernel's log that were read.",
	 figure_read_number, "kernel_log.records", NULL},
	{"kernel_log_lost_records", NULL, COUNTER, "Records of the kernel's log that were lost.",
	 figure_read_number, "kernel_log.lost", NULL},

	{"worker_touches", NULL, COUNTER, "Touches of a page by the workers.", figure_read_sum, "workers",
	 "touches"},
	{"worker_faults", NULL, COUNTER, "Page faults of the workers.", figure_read_sum, "workers", "faults"},
	{"worker_mismatches", NULL, COUNTER, "Pages with other contents than their worker had written.",
	 figure_read_sum, "workers", "mismatches"},

	{"harness_faults", NULL, COUNTER, "Faults of the harness itself.", figure_read_sum, "harness.faults",
	 "count"},
	{"harness_memory_max_bytes", NULL, BYTES, "Most memory that memsoakd had resident.",
	 figure_read_number, "harness.overhead.rss_max_bytes", NULL},
	{"unmeasured_figures", NULL, GAUGE, "Figures of the report that could not be measured.",
	 figure_read_length, "unmeasured", NULL},

	{"cpus", NULL, GAUGE, "CPUs of the host.", figure_read_number, "host.cpus", NULL},
	{"host_memory_bytes", NULL, BYTES, "Memory of the host.", figure_read_number, "host.memory_bytes",
	 NULL},
	{"block_size_bytes", NULL, BYTES, "Size of a memory block.", figure_read_number,
	 "topology.block_size_bytes", NULL},
	{"nodes", NULL, GAUGE, "NUMA nodes of the host.", figure_read_length, "topology.nodes", NULL},
	{"blocks", NULL, GAUGE, "Memory blocks of the host.", figure_read_sum, "topology.nodes", "blocks"},
	{"movable_blocks", NULL, GAUGE, "Memory blocks wholly in ZONE_MOVABLE.", figure_read_sum,
	 "topology.nodes", "movable_blocks"},
};
const size_t n_figures = ARRAY_SIZE(figures);
