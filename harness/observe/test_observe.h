/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The room's tests: one group for each file; and cmocka with what it wants included first. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

int test_kmsg_parse(void);
int test_kmsg_classify(void);
int test_kmsg_headers(void);
int test_kmsg_trace(void);
int test_kmsg_details(void);
int test_log_forms(void);
int test_log_fold(void);
int test_witness(void);
int test_kmsg_reader(void);
int test_text(void);
int test_host(void);
int test_ability(void);
int test_perf_count(void);
int test_observer(void);
int test_causes(void);
int test_causes_rare(void);
int test_cause_evidence(void);
int test_holders(void);
int test_fingerprint(void);
int test_stuck(void);
int test_stuck_watch(void);
