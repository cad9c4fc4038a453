// Adds a song if it does not exist, changes it, and lists the catalogue.
import { connect, SetlistError } from './client.ts';
import { addSong, allSongs, changeSong } from './songs.ts';

const client = connect(process.env.SETLIST_URL ?? 'http://127.0.0.1:3000', {
  credential: process.env.SETLIST_CREDENTIAL,
});
const song = { song: 'Take Me Back to Eden', artist: 'Sleep Token' };

try {
  const { id } = await addSong(client, song);
  console.log(`Added the song ${id}`);
} catch (error) {
  if (!(error instanceof SetlistError && error.code === 'song_exists')) throw error;
  console.log('The song exists');
}

for await (const { id } of allSongs(client, song)) {
  const { year } = await changeSong(client, id, () => ({ year: 2023 }));
  console.log(`The release year of the song ${id} is ${year}`);
}

for await (const { song, artist, year } of allSongs(client, { sort: 'artist', limit: 50 }))
  console.log(`${artist}: ${song} (${year ?? 'year unknown'})`);
