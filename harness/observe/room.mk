# SPDX-License-Identifier: GPL-2.0-or-later
observe_OBJS := fingerprint.o host.o kmsg.o kmsg_classify.o names.o observer.o perf_count.o probes.o \
	symbols.o trace_hist.o vmstat.o
