/*
 * The same payments: each one ends if Concert comes back.
 *
 * Lost messages and clock jumps are bounded. Crashes are not: every process
 * restarts from its durable row, so a crash is the loop itself. Run with weak
 * fairness. -DM_CONCERT_GONE (Concert never comes back) must show a payment
 * that waits forever.
 */
#define P 2
byte w[P], dec[P], hold = 1; bool late; byte avail = 1;
bool mConf[P], rConf[P], rAbrt[P];
byte loss = 2, jumps = 2;
/* w: 0 none, 1 reserved, 2 posted, 3 void, 4 declined; dec: 0 none, 1 confirmed, 2 aborted; hold: 1 held, 2 gone, 3 sold */
proctype Wallet(byte p) {
  atomic { if :: avail > 0 -> avail--; w[p] = 1 :: else -> w[p] = 4 fi }
  do
  :: atomic { w[p] == 1 && !mConf[p] && !rConf[p] && !rAbrt[p] -> mConf[p] = 1 }
  :: atomic { w[p] == 1 && rConf[p] -> w[p] = 2 }
  :: atomic { w[p] == 1 && rAbrt[p] -> w[p] = 3; avail++ }
  :: w[p] != 1 -> break
  od
}
proctype Concert() {
end: do
  :: atomic { mConf[0] && dec[0] == 0 -> if :: hold == 1 && !late -> hold = 3; dec[0] = 1 :: else -> dec[0] = 2 fi }
  :: atomic { mConf[0] && dec[0] == 1 -> mConf[0] = 0; rConf[0] = 1 }
  :: atomic { mConf[0] && dec[0] == 2 -> mConf[0] = 0; rAbrt[0] = 1 }
  :: atomic { mConf[1] && dec[1] == 0 -> if :: hold == 1 && !late -> hold = 3; dec[1] = 1 :: else -> dec[1] = 2 fi }
  :: atomic { mConf[1] && dec[1] == 1 -> mConf[1] = 0; rConf[1] = 1 }
  :: atomic { mConf[1] && dec[1] == 2 -> mConf[1] = 0; rAbrt[1] = 1 }
#ifdef M_CONCERT_GONE
  :: break
#endif
  od
}
proctype Env() {
  do
  :: atomic { loss > 0 && mConf[0] -> mConf[0] = 0; loss-- }
  :: atomic { loss > 0 && mConf[1] -> mConf[1] = 0; loss-- }
  :: atomic { loss > 0 && rConf[0] && w[0] == 1 -> rConf[0] = 0; loss-- }
  :: atomic { loss > 0 && rAbrt[0] && w[0] == 1 -> rAbrt[0] = 0; loss-- }
  :: atomic { loss > 0 && rConf[1] && w[1] == 1 -> rConf[1] = 0; loss-- }
  :: atomic { loss > 0 && rAbrt[1] && w[1] == 1 -> rAbrt[1] = 0; loss-- }
  :: atomic { jumps > 0 -> late = !late; jumps-- }
  :: break
  od
}
init { atomic { run Wallet(0); run Wallet(1); run Concert(); run Env() } }
ltl live { <> (w[0] >= 2 && w[1] >= 2) }
