"""Faults of every kind in a running system of real processes, broken from outside; each test ends with `settled.settled_exactly`:
every delivery in one final state, the sum as planned, and what the carriers have, counted by address, is what is said to have
left, each once.

    fault                                          where                     guards that its test was seen to need (`guards.py`)
    worker killed: claimed, marked, called,        test_worker_killed        intent, freed
      answered, recorded
    two workers and one chunk                      test_two_workers          lease
    worker asleep past its lease, as a clock       test_two_workers          asleep, silence
      that jumps
    worker asleep in the middle of a claim         test_two_workers          patience
    PostgreSQL restarted, fast and immediate       test_servers_restarted    record
    Valkey wiped                                   test_servers_restarted    sweep
    Valkey away for 30 s                           test_servers_restarted    queue lost
    500, 429, SMTP 4xx, hanging after accepting    test_carriers_break       unknown, listing, too fast
    list minutes behind, receipts late             test_list_behind          behind
    connections reset in mid-word                  test_line_breaks          disconnected, data
    relay started again under a pool               test_line_breaks          relay
    receipts doubled, disordered, dropped, forged  test_receipts             rank, signature
    paused and resumed 20 times                    test_people_stop          gate
    cancelled at half                              test_people_stop          drop
    SIGTERM in the middle                          test_processes_leave      last calls
    web side away                                  test_processes_leave      none: workers know nothing of it, import-linter holds
it
    all of it at random, by a seed                 test_at_random            any

`test_guards` takes each guard out of a copy of the source and sees the test fail (`-m slow`, a minute each). PostgreSQL's clock
is the lease's; a process cannot be made to see another, so a sleeping one stands for the jump that matters. Backups have tests of
their own.
"""
