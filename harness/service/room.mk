# SPDX-License-Identifier: GPL-2.0-or-later
service_OBJS := active.o breadcrumb.o cgroup_libcgroup.o cgroup_place.o cgroup_traces.o clock_watch.o control.o control_client.o \
	evidence.o finish.o give_back.o guard.o home.o hooks.o hold.o host_journal.o identity.o loop.o notify.o open_runs.o \
	phase.o prepare.o prepare_swap.o pressure.o priority.o progress.o recover.o reload.o restore.o resume.o rotate.o run_keep.o \
	run_poison.o run_reads.o run_settings.o run_stress_ng.o sample.o series.o settle.o settled.o setup.o soak.o status.o \
	stuck.o topology_watch.o unplugged.o veto.o worker_cgroup.o
service_TESTS := test_clock_watch.o test_control.o test_control_hostile.o test_control_rig.o test_notify.o test_resume.o \
	test_service.o test_settled.o test_topology_watch.o
# Of the room only what needs no host: the rest is tested in guests.
service_TEST_OBJS := $(addprefix harness/service/,clock_watch.o control.o control_client.o notify.o open_runs.o resume.o settled.o topology_watch.o)
service_TEST_ROOMS := base topology
service_TEST_LIBS := JSON SYSTEMD GSL
