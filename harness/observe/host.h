/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What host and what kernel this is: facts for run.json. What cannot be read is left out. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct fsio;
struct jsonw;

/* The report's "host": hostname, architecture, cpus, cpu_model, memory_bytes, page_size_bytes,
 * boot_id. */
struct jsonw *host_describe(struct fsio *fs);

/* The report's "kernel": release, version, cmdline, config (where readable), taint_before,
 * fingerprint. */
struct jsonw *kernel_describe(struct fsio *fs);

/* "none", "tcg", "kvm", "xen", "hyperv", "vmware", "other". */
const char *host_virtualisation(struct fsio *fs);

/* /proc/sys/kernel/tainted; false when it cannot be read. */
bool host_read_taint(struct fsio *fs, uint64_t *ret_taint);

/* The same, 0 when it cannot be read. */
uint64_t host_taint(struct fsio *fs);

/* /sys/kernel/security/lockdown: "none", "integrity", "confidentiality", or "" without lockdown. */
const char *host_lockdown(struct fsio *fs);
