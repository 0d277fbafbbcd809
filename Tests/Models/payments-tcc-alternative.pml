/*
 * The design not chosen: Concert prepares, Wallet decides (two-phase commit, or
 * try-confirm-cancel). Concert then has two options, and both are wrong:
 *   -DLEASE: it releases a prepared seat after a time-out: charged, no ticket.
 *   -DSTUCK: it keeps the seat: a Wallet that dies after the prepare locks it
 *   permanently.
 */
byte w, hold = 1;      /* w: 0 none, 1 reserved, 2 posted; hold: 1 held, 2 gone, 3 sold, 4 prepared */
bool prep, prepOk, conf, dead;
active proctype All() {
  do
  :: atomic { w == 0 -> w = 1; prep = 1 }
  :: atomic { prep && hold == 1 -> hold = 4; prepOk = 1 }
  :: atomic { !dead && w == 1 && prepOk -> w = 2; conf = 1 }   /* the decision */
  :: atomic { conf && hold == 4 -> hold = 3 }
  :: atomic { hold == 1 -> hold = 2 }                          /* expiry of a plain hold */
#ifdef LEASE
  :: atomic { hold == 4 -> hold = 2 }                          /* unilateral release     */
#endif
  :: atomic { !dead && w < 2 -> dead = 1 }
  :: atomic { w == 2 && hold == 2 -> assert(false) }           /* charged, no ticket     */
  :: atomic { dead && hold == 4 && w == 1 ->
#ifdef STUCK
       assert(false)                                          /* seat locked by a dead coordinator */
#else
       skip
#endif
     }
  od
}
